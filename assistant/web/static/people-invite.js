// Inviting: several people at once, and for each a link as a picture, a message to paste, and buttons that copy.
import { call, of, t } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, copy, el, onSubmit } from "./ui.js";

const chinese = document.documentElement.lang.startsWith("zh");
/** The reader's language first. */
const LOCALES = chinese ? ["zh-HK", "en"] : ["en", "zh-HK"];

/** @param {Api.Invitation} one */
const nameOf = (one) => one.name || one.email;

/**
 * The links of new invitations, which are shown this once.
 * @param {Api.Invitation[]} made
 * @param {{person: string, error: Api.Fault}[]} [failed]
 */
export function invitationCards(made, failed = []) {
  /** @param {string} locale */
  const together = (locale) => made.map((one) => one.messages[locale]).join("\n\n———\n\n");
  return [
    made.length ? el("p", { class: "notice" }, t(made.length > 1 ? "manage.invited_many" : "manage.invited_one", { count: made.length })) : null,
    failed.length ? el("ul", { class: "notice bad plain-list" }, ...failed.map(({ person, error }) => el("li", {}, `${person}：${error.message}`))) : null,
    made.length > 1 ? el("div", { class: "row" }, ...LOCALES.map((locale) => copyButton(`manage.copy_all_${locale}`, together(locale), "plain small"))) : null,
    ...made.map(card),
  ];
}

/** @param {Api.Invitation} one */
function card(one) {
  const name = nameOf(one);
  const message = el("textarea", { readonly: true, rows: 6, class: "message", "aria-label": t("manage.message_for", { name }) }, one.messages[LOCALES[0]]);
  return el("section", { class: "card invitation", "aria-label": name, dataset: { link: one.link } },
    el("h3", {}, name),
    el("div", { class: "invitation-parts" },
      el("figure", { class: "qr" },
        el("img", { src: one.qr, alt: t("manage.qr_of", { name }), width: 180, height: 180 }), el("figcaption", { class: "hint" }, t("manage.qr_hint"))),
      el("div", { class: "stack grow" }, message,
        el("div", { class: "row" },
          copyButton(`manage.copy_message_${LOCALES[0]}`, one.messages[LOCALES[0]], "small"),
          copyButton(`manage.copy_message_${LOCALES[1]}`, one.messages[LOCALES[1]], "plain small"),
          copyButton("manage.copy_link", one.link, "plain small")))));
}

/**
 * @param {string} label
 * @param {string} text
 * @param {string} style
 */
function copyButton(label, text, style) {
  const button = el("button", { type: "button", class: style, onclick: () => attempt(async () => {
    await copy(text);
    button.textContent = t("common.copied"); // a toast lies behind an open dialog
    setTimeout(() => { button.textContent = t(label); }, 2500);
  }) }, t(label));
  return button;
}

/**
 * Let the form make invitations; `done` is called with the number made.
 * @param {ParentNode} place holds the form and the element for the links
 * @param {(made: number) => unknown} done
 */
export function startInviting(place, done) {
  const form = required("[data-form=invite]", HTMLFormElement, place);
  const invited = required("[data-invited]", HTMLElement, place);
  const levels = all("[name=collection]", HTMLSelectElement, form);
  const role = field(form, "role", HTMLSelectElement);

  /** Only editors and owners may get the right to edit. */
  function fitLevels() {
    const edits = ["editor", "owner"].includes(role.value);
    for (const level of levels) {
      const option = required("[value=edit]", HTMLOptionElement, level);
      option.disabled = option.hidden = !edits;
      if (!edits && level.value === "edit") level.value = "read";
    }
  }
  role.addEventListener("change", fitLevels);
  fitLevels();

  onSubmit(form, async ({ people }) => {
    const collections = Object.fromEntries(levels.filter((one) => one.value).map((one) => [one.dataset.slug, one.value]));
    /** @type {{made: Api.Invitation[], failed: {person: string, error: Api.Fault}[]}} */
    const { made, failed } = await call("POST", of("invitations", "batch"), { people, role: role.value, collections });
    invited.hidden = false;
    invited.replaceChildren(...invitationCards(made, failed).filter((one) => one !== null));
    field(form, "people", HTMLTextAreaElement).value = failed.map(({ person }) => person).join("\n");
    invited.scrollIntoView({ block: "nearest" });
    done(made.length);
  });
}

/**
 * Show the new link of one invitation. Resolves when the reader closes it.
 * @param {Api.Invitation} one
 * @returns {Promise<void>}
 */
export function showInvitation(one) {
  return new Promise((resolve) => {
    /** @type {HTMLDialogElement} */
    const dialog = el("dialog", { class: "wide", "aria-label": t("manage.invitation_link") },
      ...invitationCards([one]),
      el("div", { class: "actions" }, el("button", { type: "button", onclick: () => dialog.close() }, t("common.close"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
    optional("button", HTMLElement, dialog)?.focus();
  });
}
