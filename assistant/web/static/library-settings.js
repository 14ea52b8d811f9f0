// The managers' page of settings: name and contact, the language model, cards for high-stakes subjects.
import { call, of, t } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, confirmed, onSubmit, toast } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const form = required("[data-card-form]", HTMLFormElement);
const again = () => location.reload();
/** @param {string} text */
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
/** @returns {Promise<Api.Card[]>} */
const cards = async () => (await call("GET", of("settings", "cards"))).cards;
/** @param {Api.Card[]} changed */
const keep = (changed) => call("PUT", of("settings", "cards"), { cards: changed });

closeButtons();
onSubmit(required("[data-settings]", HTMLFormElement), async (values) => {
  await call("PATCH", of("settings"), values);
  toast(t("common.saved"));
});
const model = optional("[data-model]", HTMLFormElement);
if (model) {
  onSubmit(model, async () => {
    const chosen = new FormData(model);
    await call("PUT", of("settings", "model"), { enabled: chosen.has("enabled"), collections: chosen.getAll("collections") });
    toast(t("common.saved"));
  });
}

/** @param {Api.Card | null | undefined} card */
function edit(card) {
  const id = field(form, "id");
  form.dataset.id = card?.id ?? "";
  required("#card-title").textContent = t(card ? "library.card_edit" : "library.card_new");
  id.value = card?.id ?? "";
  id.readOnly = Boolean(card);
  field(form, "enabled").checked = card?.enabled ?? true;
  field(form, "title_zh").value = card?.title["zh-HK"] ?? "";
  field(form, "title_en").value = card?.title.en ?? "";
  field(form, "text_zh", HTMLTextAreaElement).value = card?.text["zh-HK"] ?? "";
  field(form, "text_en", HTMLTextAreaElement).value = card?.text.en ?? "";
  field(form, "contacts", HTMLTextAreaElement).value = (card?.contacts ?? []).map((one) => `${one.name["zh-HK"] ?? ""} | ${one.name.en ?? ""} | ${one.number}`).join("\n");
  field(form, "patterns", HTMLTextAreaElement).value = (card?.patterns ?? []).join("\n");
  required("[data-card-dialog]", HTMLDialogElement).showModal();
}

/**
 * @param {string} line
 * @param {number} at
 */
function contact(line, at) {
  const parts = line.split("|").map((one) => one.trim());
  if (parts.length !== 3 || !parts.every(Boolean)) throw new Error(t("library.card_contact_wrong", { line: at + 1 }));
  return { name: { "zh-HK": parts[0], en: parts[1] }, number: parts[2] };
}

onSubmit(form, async (values) => {
  const card = {
    id: values.id,
    enabled: values.enabled === "on",
    title: { "zh-HK": values.title_zh, en: values.title_en },
    text: { "zh-HK": values.text_zh, en: values.text_en },
    contacts: lines(values.contacts).map(contact),
    patterns: lines(values.patterns),
  };
  const there = await cards();
  const { id } = form.dataset;
  await keep(id ? there.map((one) => (one.id === id ? card : one)) : [...there, card]);
  again();
});
required("[data-new-card]").addEventListener("click", () => edit(null));
required("[data-reset-cards]").addEventListener("click", () => attempt(async () => {
  if (!(await confirmed(t("library.cards_reset_sure")))) return;
  await call("DELETE", of("settings", "cards"));
  again();
}));
for (const row of all("[data-card]")) {
  const { card: id } = row.dataset;
  required("[data-edit]", HTMLElement, row).addEventListener("click", () => attempt(async () => edit((await cards()).find((one) => one.id === id))));
  required("[data-remove]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    const name = required("strong", HTMLElement, row).textContent;
    if (!(await confirmed(t("library.card_remove_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await keep((await cards()).filter((one) => one.id !== id));
    again();
  }));
}
