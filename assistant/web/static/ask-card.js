// The card of a high-stakes subject: large in an emergency, one line where somebody asks about the procedure for one.
import { t } from "./api.js";
import { start } from "./ask-start.js";
import { el } from "./ui.js";

const LARGE = 2; // numbers that are large; more of them would push what to do off a phone's screen
const FEW = 2; // so many smaller ones stand above what to do; more of them below it

/** @param {string} number */
const dialled = (number) => `tel:${number.replace(/[^\d+]/g, "")}`;

/**
 * A text beside a card, in the language of the card; of one that an earlier version stored, in that of the page.
 * @param {Api.AnswerCard} card
 * @param {string} name of a text of this page
 */
export const cardText = (card, name) => start.card_texts[card.language ?? ""]?.[name] ?? t(`ask.${name}`);

/**
 * The card of an emergency: the numbers as links, other cards, then what to do; where the conversation has shown that, it
 * is folded. A screen reader reads it when it gets the focus.
 * @param {Api.AnswerCard} card
 * @param {(id: string) => unknown} choose shows another card
 */
export function emergencyCard(card, choose) {
  const contacts = card.contacts ?? [];
  const large = contacts.filter(({ number }) => number).slice(0, LARGE);
  const small = contacts.filter((one) => !large.includes(one));
  const below = small.length > FEW ? small : [];
  const later = card.stage === "later";
  return el("section", { class: `subject emergency ${later ? "later" : ""}`, tabindex: "-1", lang: card.language || null,
    "aria-label": `${cardText(card, "emergency")} ${card.title}` },
  el("h3", {}, card.title),
  el("ul", { class: "calls" }, ...large.map((one) => call(one, "large")), ...(below.length ? [] : small.map((one) => call(one, "")))),
  otherCards(card, choose),
  later ? el("details", {}, el("summary", {}, cardText(card, "card_more")), steps(card)) : steps(card),
  below.length ? el("ul", { class: "calls" }, ...below.map((one) => call(one, ""))) : null);
}

/**
 * Whom to call: a link that dials, or a name alone.
 * @param {{name: string, number: string}} contact
 * @param {string} size
 */
const call = ({ name, number }, size) => el("li", { class: size }, number
  ? el("a", { class: `call ${size}`, href: dialled(number) }, el("strong", {}, number), " ", el("span", {}, name))
  : el("p", { class: "call-name" }, name));

/**
 * Other cards that may be right, a button for each.
 * @param {Api.AnswerCard} card
 * @param {(id: string) => unknown} choose
 */
function otherCards(card, choose) {
  if (!card.others?.length) return null;
  return el("p", { class: "other-cards" }, el("span", { "aria-hidden": "true" }, cardText(card, "card_others")), ...card.others.map(({ id, title }) =>
    el("button", { type: "button", class: "plain small", dataset: { otherCard: id }, onclick: () => choose(id),
      "aria-label": cardText(card, "card_other_label").replace("{title}", title) }, title)));
}

/**
 * The card beside an answer: the numbers in one line, the rest folded.
 * @param {Api.AnswerCard} card
 */
export function foldedCard(card) {
  return el("div", { class: "subject folded", role: "note", lang: card.language || null },
    el("p", { class: "line" }, el("strong", {}, card.title), ...(card.contacts ?? []).map(({ name, number }) =>
      number ? el("a", { href: dialled(number), "aria-label": `${name} ${number}` }, number) : el("span", {}, name))),
    el("details", {}, el("summary", {}, cardText(card, "card_more")), steps(card)));
}

/** @param {Api.AnswerCard} card */
function steps(card) {
  const lines = card.text.split("\n").filter(Boolean);
  return lines.length > 1 ? el("ol", { class: "steps" }, ...lines.map((line) => el("li", {}, line))) : el("p", {}, ...lines);
}
