// Whom to ask: contacts of the organisation, of folders, of subjects and of emergencies, saved together.
import { call, of, t } from "./api.js";
import { all, optional, required } from "./dom.js";
import { onSubmit, toast } from "./ui.js";

const form = required("[data-form=contacts]", HTMLFormElement);
const list = optional("[data-subjects]");

/** @param {HTMLElement} row */
function removable(row) {
  required("[data-remove]", HTMLElement, row).addEventListener("click", () => {
    row.remove();
    required("[data-add]").focus();
  });
}

for (const row of all("[data-subject]", HTMLElement, form)) removable(row);
optional("[data-add]")?.addEventListener("click", () => {
  const made = document.importNode(required("[data-new-subject]", HTMLTemplateElement).content, true);
  const row = required("[data-subject]", HTMLElement, made);
  removable(row);
  list?.append(row);
  required("[data-name]", HTMLInputElement, row).focus();
});

/** @param {HTMLElement} row */
function subject(row) {
  /** @param {string} name */
  const value = (name) => required(`[data-${name}]`, HTMLInputElement, row).value.trim();
  return { subject: value("name"), words: value("words").split(/[、,，;；]/).map((one) => one.trim()).filter(Boolean), contact: value("contact") };
}

/**
 * The inputs' values by what they are for.
 * @param {string} kind
 */
const values = (kind) => Object.fromEntries(all(`[data-${kind}]`, HTMLInputElement, form).map((one) => [one.dataset[kind], one.value.trim()]));

onSubmit(form, async ({ organisation }) => {
  const body = { ...(organisation !== undefined && { organisation }), collections: values("collection") };
  const shared = list && {
    subjects: all("[data-subject]", HTMLElement, list).map(subject).filter((one) => one.subject && one.contact),
    cards: values("card"),
  };
  /** @type {Api.Contacts} */
  const { cards_without_number: silent } = await call("PUT", of("contacts"), { ...body, ...shared });
  for (const hint of all("[data-no-number]", HTMLElement, form)) hint.hidden = !silent.includes(hint.dataset.noNumber ?? "");
  toast(t(silent.length ? "manage.contacts_saved_no_number" : "common.saved"));
});
