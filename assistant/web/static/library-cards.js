// The managers' page of cards: their words, contacts and examples, and which card a message would show.
import { call, of, t } from "./api.js";
import { all, field, required } from "./dom.js";
import { attempt, confirmed, el, onSubmit } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const form = required("[data-card-form]", HTMLFormElement);
const again = () => location.reload();
const language = document.documentElement.lang === "en" ? "en" : "zh-HK";
/** @param {string} text */
const lines = (text) => [...new Set(text.split("\n").map((one) => one.trim()).filter(Boolean))];
/** @returns {Promise<Api.Card[]>} */
const cards = async () => (await call("GET", of("settings", "cards"))).cards;
/** @param {Api.Card[]} changed */
const keep = (changed) => call("PUT", of("settings", "cards"), { cards: changed });
/**
 * Change one card.
 * @param {string | undefined} id
 * @param {(card: Api.Card) => Partial<Api.Card>} change
 */
const changeCard = async (id, change) => keep((await cards()).map((one) => (one.id === id ? { ...one, ...change(one) } : one)));

closeButtons();

onSubmit(required("[data-try]", HTMLFormElement), async ({ text }) => {
  /** @type {Api.CardTrialPublic} */
  const found = await call("POST", of("settings", "cards", "try"), { text });
  const title = found.title?.[language] ?? "";
  const shown = found.card ? t(found.is_emergency ? "library.cards_try_shown" : "library.cards_try_small", { title }) : t("library.cards_try_none");
  const tried = required("[data-tried]");
  tried.hidden = false;
  tried.replaceChildren(
    el("p", {}, el("strong", {}, shown)),
    el("p", {}, t("library.cards_try_certainty", { percent: Math.round(found.certainty * 100) })),
    ...(found.nearest ? [el("p", {}, t("library.cards_try_nearest", { text: found.nearest.text, title: found.nearest.title[language] ?? "" }))] : []),
    el("p", { class: "quiet" }, t("library.cards_try_wrong")));
});

/** @param {Api.Card | null | undefined} card */
function edit(card) {
  form.dataset.id = card?.id ?? "";
  required("#card-title").textContent = t(card ? "library.card_edit" : "library.card_new");
  field(form, "enabled").checked = card?.enabled ?? true;
  field(form, "title_zh").value = card?.title["zh-HK"] ?? "";
  field(form, "title_en").value = card?.title.en ?? "";
  field(form, "text_zh", HTMLTextAreaElement).value = card?.text["zh-HK"] ?? "";
  field(form, "text_en", HTMLTextAreaElement).value = card?.text.en ?? "";
  field(form, "contacts", HTMLTextAreaElement).value = (card?.contacts ?? []).map((one) => `${one.name["zh-HK"] ?? ""} | ${one.name.en ?? ""} | ${one.number}`).join("\n");
  const examples = field(form, "examples", HTMLTextAreaElement);
  examples.value = (card?.examples ?? []).join("\n");
  examples.required = !card;
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

/**
 * An id for a new card, from its English title; nobody sees it.
 * @param {string} title
 * @param {Api.Card[]} there
 */
function newId(title, there) {
  const words = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 30) || "card";
  const taken = new Set(there.map((one) => one.id));
  let number = 1;
  while (taken.has(`${words}-${number}`)) number += 1;
  return `${words}-${number}`;
}

onSubmit(form, async (values) => {
  const there = await cards();
  const { id } = form.dataset;
  const card = {
    id: id || newId(values.title_en, there),
    enabled: values.enabled === "on",
    title: { "zh-HK": values.title_zh, en: values.title_en },
    text: { "zh-HK": values.text_zh, en: values.text_en },
    contacts: lines(values.contacts).map(contact),
    examples: lines(values.examples),
  };
  await keep(id ? there.map((one) => (one.id === id ? card : one)) : [...there, card]);
  again();
});
required("[data-new-card]").addEventListener("click", () => edit(null));
required("[data-reset-cards]").addEventListener("click", () => attempt(async () => {
  if (!(await confirmed(t("library.cards_reset_sure")))) return;
  await call("DELETE", of("settings", "cards"));
  again();
}));

/**
 * Let the button of an own example take it away.
 * @param {HTMLElement} row
 * @param {string | undefined} id
 */
function removable(row, id) {
  required("[data-remove-example]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    await changeCard(id, (card) => ({ examples: (card.examples ?? []).filter((one) => one !== row.dataset.own) }));
    required("[data-add-example] input", HTMLInputElement, row.closest("details") ?? document).focus();
    row.remove();
  }));
}

for (const row of all("[data-card]")) {
  const { card: id } = row.dataset;
  const owns = required("[data-owns]", HTMLElement, row);
  for (const own of all("[data-own]", HTMLElement, owns)) removable(own, id);
  const add = required("[data-add-example]", HTMLFormElement, row);
  onSubmit(add, async (values) => {
    const text = values.text.trim();
    await changeCard(id, (card) => {
      if (card.examples?.includes(text)) throw new Error(t("library.card_example_there"));
      return { examples: [...(card.examples ?? []), text] };
    });
    const made = el("li", { class: "row spread", dataset: { own: text } }, el("span", { class: "grow" }, text),
      el("button", { type: "button", class: "quiet-button small", "data-remove-example": true, "aria-label": t("library.card_example_remove", { text }) }, t("common.delete")));
    removable(made, id);
    owns.append(made);
    add.reset();
  });
  required("[data-edit]", HTMLElement, row).addEventListener("click", () => attempt(async () => edit((await cards()).find((one) => one.id === id))));
  for (const button of all("[data-remove]", HTMLElement, row)) button.addEventListener("click", () => attempt(async () => {
    const name = required("h2", HTMLElement, row).textContent;
    if (!(await confirmed(t("library.card_remove_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await keep((await cards()).filter((one) => one.id !== id));
    again();
  }));
}
