// The managers' page of settings: name and contact, the language model, cards for high-stakes subjects.
import { call, of, t } from "./api.js";
import { attempt, confirmed, onSubmit, toast } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const $ = (selector) => document.querySelector(selector);
const form = $("[data-card-form]");
const again = () => location.reload();
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const cards = async () => (await call("GET", of("settings", "cards"))).cards;
const keep = (changed) => call("PUT", of("settings", "cards"), { cards: changed });

closeButtons();
onSubmit($("[data-settings]"), async (values) => {
  await call("PATCH", of("settings"), values);
  toast(t("common.saved"));
});
const model = $("[data-model]");
if (model) {
  onSubmit(model, async () => {
    const chosen = new FormData(model);
    await call("PUT", of("settings", "model"), { enabled: chosen.has("enabled"), collections: chosen.getAll("collections") });
    toast(t("common.saved"));
  });
}

function edit(card) {
  const fields = form.elements;
  form.dataset.id = card?.id ?? "";
  $("#card-title").textContent = t(card ? "library.card_edit" : "library.card_new");
  fields.id.value = card?.id ?? "";
  fields.id.readOnly = Boolean(card);
  fields.enabled.checked = card?.enabled ?? true;
  for (const part of ["title", "text"]) {
    fields[`${part}_zh`].value = card?.[part]["zh-HK"] ?? "";
    fields[`${part}_en`].value = card?.[part].en ?? "";
  }
  fields.contacts.value = (card?.contacts ?? []).map((one) => `${one.name["zh-HK"] ?? ""} | ${one.name.en ?? ""} | ${one.number}`).join("\n");
  fields.patterns.value = (card?.patterns ?? []).join("\n");
  $("[data-card-dialog]").showModal();
}

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
$("[data-new-card]").addEventListener("click", () => edit(null));
$("[data-reset-cards]").addEventListener("click", () => attempt(async () => {
  if (!(await confirmed(t("library.cards_reset_sure")))) return;
  await call("DELETE", of("settings", "cards"));
  again();
}));
for (const row of document.querySelectorAll("[data-card]")) {
  const { card: id } = row.dataset;
  row.querySelector("[data-edit]").addEventListener("click", () => attempt(async () => edit((await cards()).find((one) => one.id === id))));
  row.querySelector("[data-remove]").addEventListener("click", () => attempt(async () => {
    const name = row.querySelector("strong").textContent;
    if (!(await confirmed(t("library.card_remove_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await keep((await cards()).filter((one) => one.id !== id));
    again();
  }));
}
