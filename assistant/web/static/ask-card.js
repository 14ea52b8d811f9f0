// The card of a high-stakes subject: large in an emergency, one line where somebody asks about the procedure for one.
import { t } from "./api.js";
import { el } from "./ui.js";

/** @param {string} number */
const dialled = (number) => `tel:${number.replace(/[^\d+]/g, "")}`;

/**
 * The card of an emergency: the numbers as wide links, then what to do. A screen reader reads it when it gets the focus.
 * @param {Api.AnswerCard} card
 */
export function emergencyCard(card) {
  return el("section", { class: "subject emergency", tabindex: "-1", "aria-label": `${t("ask.emergency")} ${card.title}` },
    el("h3", {}, card.title),
    el("ul", { class: "calls" }, ...(card.contacts ?? []).map(({ name, number }) =>
      el("li", {}, number
        ? el("a", { class: "call", href: dialled(number) }, el("strong", {}, number), " ", el("span", {}, name))
        : el("p", { class: "call-name" }, name)))),
    ...paragraphs(card));
}

/**
 * The card beside an answer: the numbers in one line, the rest folded.
 * @param {Api.AnswerCard} card
 */
export function foldedCard(card) {
  return el("div", { class: "subject folded", role: "note" },
    el("p", { class: "line" }, el("strong", {}, card.title), ...(card.contacts ?? []).map(({ name, number }) =>
      number ? el("a", { href: dialled(number), "aria-label": `${name} ${number}` }, number) : el("span", {}, name))),
    el("details", {}, el("summary", {}, t("ask.card_more")), ...paragraphs(card)));
}

/** @param {Api.AnswerCard} card */
const paragraphs = (card) => card.text.split("\n").map((line) => el("p", {}, line));
