// A question with its answer, while it is made and when it is there.
import { t } from "./api.js";
import { required } from "./dom.js";
import { el, hiddenNote } from "./ui.js";
import { answerText, citeLine, counterpartLink } from "./ask-answer-text.js";
import { cardText, emergencyCard, foldedCard } from "./ask-card.js";
import { asOf } from "./ask-copy.js";
import { copyShort, tools } from "./ask-tools.js";
import { openSource, openCounterpart } from "./ask-source.js";

/**
 * Make the place of a question. Returns what to do with it as its answer comes.
 * @param {string} question
 * @param {(text: string) => void} say reads a text out
 * @param {(card: string | false) => unknown} again asks the question again: with another card, or as one like any other
 * @returns {Page.Turn}
 */
export function showTurn(question, say, again) {
  const answer = el("section", { class: "answer card", "aria-label": t("ask.answer"), "aria-live": "polite", "aria-busy": "true" });
  const node = el("article", { class: "turn" },
    el("p", { class: "bubble" }, el("span", { class: "sr" }, t("ask.you_asked")), question), answer);
  let text = "";
  /** @type {HTMLElement | null} */
  let subject = null;
  let emergency = false;
  const waiting = el("p", { class: "working" });
  const draft = el("div", { class: "text" });
  return {
    node,
    question,
    isEmergency: () => emergency,
    wait(words) {
      if (emergency) return;
      waiting.textContent = words;
      if (!waiting.isConnected) {
        text = "";
        answer.setAttribute("aria-busy", "true");
        answer.className = "answer card";
        answer.replaceChildren(...(subject ? [subject] : []), waiting, draft);
        draft.replaceChildren();
      }
      say(words);
    },
    card(card) {
      emergency = card.is_emergency !== false;
      subject?.remove();
      subject = emergency ? emergencyCard(card, again) : foldedCard(card);
      if (!emergency) return answer.prepend(subject);
      // The focus is on the card, so it is read first; nothing else is read out over it.
      answer.setAttribute("aria-live", "off");
      answer.setAttribute("aria-busy", "false");
      waiting.textContent = cardText(card, "procedure_wait");
      answer.replaceChildren(subject, waiting);
      // The top of the card is seen: the focus alone would scroll to the middle of a long one.
      subject.focus({ preventScroll: true });
      subject.scrollIntoView({ block: "start" });
    },
    searching({ searched }) {
      showSearched(node, answer, question, searched);
    },
    write(more) {
      if (emergency) return;
      text += more;
      draft.replaceChildren(...answerText(text, [], null));
    },
    discard() {
      text = "";
      draft.replaceChildren();
    },
    finish(message) {
      showSearched(node, answer, question, message.answer.searched);
      if (message.answer.reason === "emergency" && message.answer.card) {
        emergency = true;
        answer.setAttribute("aria-busy", "false");
        // The card stays where it is, for it may have the focus.
        if (!subject) answer.replaceChildren((subject = emergencyCard(message.answer.card, again)));
        while (subject.nextSibling) subject.nextSibling.remove();
        answer.append(...underCard(message, message.answer.card, () => again(false)));
        return;
      }
      answer.className = "answer card";
      answer.replaceChildren(...finishedAnswer(message, node, again));
      answer.setAttribute("aria-busy", "false");
      say(t("ask.ready"));
    },
    fail(fault, { retry, edit }) {
      const words = fault.name === "AbortError" ? t("ask.stopped") : fault.message;
      /** @type {HTMLElement[]} */
      const ways = [
        el("button", { type: "button", class: "small", onclick: retry }, t("ask.retry")),
        el("button", { type: "button", class: "small plain", onclick: edit }, t("ask.edit_again"))];
      if (fault.status === 401) ways.unshift(el("a", { class: "button small", href: `/sign-in?next=${encodeURIComponent(location.pathname)}` }, t("ask.sign_in_again")));
      if (fault.code === "csrf_invalid") ways.unshift(el("button", { type: "button", class: "small", onclick: () => location.reload() }, t("ask.reload")));
      // What had come of the answer stays, and is said to be a part.
      const part = text ? [el("p", { class: "quiet" }, t("ask.part_only")), draft] : [];
      answer.classList.toggle("broken", Boolean(text));
      // A question that was stopped or is not valid could be put right; otherwise no card can come.
      const unanswered = fault.name !== "AbortError" && ![400, 413, 422].includes(fault.status ?? 0);
      answer.replaceChildren(...(subject ? [subject] : []), ...(unanswered && !subject ? [callForHelp()] : []),
        el("p", { class: fault.name === "AbortError" ? "notice" : "notice bad" }, words), el("div", { class: "row" }, ...ways), ...part);
      answer.setAttribute("aria-busy", "false");
      say(words);
    },
  };
}

/**
 * Tell what was searched, where that is not what was asked.
 * @param {HTMLElement} node
 * @param {HTMLElement} answer
 * @param {string} question
 * @param {string} searched
 */
function showSearched(node, answer, question, searched) {
  if (!searched || searched === question || node.querySelector(".searched")) return;
  answer.before(el("p", { class: "searched" }, t("ask.searched", { question: searched })));
}

/** Whom to call in danger where no answer, and so no card, could be made. */
const callForHelp = () => el("p", { class: "notice" }, t("ask.danger"), " ", el("a", { href: "tel:999" }, "999"));

/**
 * What stands below the card of an emergency: the organisation's own procedure, and two buttons.
 * @param {Api.Message} message
 * @param {Api.AnswerCard} card
 * @param {() => unknown} noEmergency
 */
function underCard(message, card, noEmergency) {
  const { answer } = message;
  /** @type {Page.Open} */
  const open = (n, opener) => openSource(answer.citations, n, opener);
  /** @type {Page.Open} */
  const openOther = (n, opener) => openCounterpart(answer.citations, n, opener);
  const quotes = answer.message.slice(answer.message.search(/^\[\d+\] /m));
  const procedure = answer.withheld
    ? [el("p", { class: "notice warn" }, t("ask.withheld"))]
    : answer.procedure?.length
      ? [el("h3", { lang: card.language || null }, cardText(card, "procedure")), el("div", { class: "text" }, ...answerText(quotes, answer.citations, open, openOther))]
      : [];
  return [...procedure, el("div", { class: "tools" }, copyShort(message),
    el("button", { type: "button", class: "plain small", lang: card.language || null, dataset: { noEmergency: "" }, onclick: noEmergency }, cardText(card, "no_emergency")))];
}

/**
 * @param {Api.Message} message
 * @param {HTMLElement} node
 * @param {(card: string | false) => unknown} again
 */
function finishedAnswer(message, node, again) {
  const { answer } = message;
  /** @type {Page.Open} */
  const open = (n, opener) => openSource(answer.citations, n, opener);
  /** @type {Page.Open} */
  const openOther = (n, opener) => openCounterpart(answer.citations, n, opener);
  /** @type {HTMLElement[]} */
  const parts = answer.card ? [answer.card.is_emergency === false ? foldedCard(answer.card) : emergencyCard(answer.card, again)] : [];
  if (answer.reason === "emergency_over") return [...parts, el("p", {}, answer.message)];
  const section = required(".answer", HTMLElement, node);
  if (answer.withheld) return [...parts, el("p", { class: "notice warn" }, t("ask.withheld"))];
  if (answer.refused) {
    section.classList.add("refused");
    parts.push(el("p", {}, el("span", { class: "badge warn" }, t(answer.reason === "personal_data" ? "ask.declined" : "ask.refused"))));
  } else if (answer.unsure) {
    section.classList.add("unsure");
    parts.push(el("p", {}, el("span", { class: "badge warn" }, t("ask.unsure")), " ",
      // Quotes say so themselves in their first line.
      answer.answerer === "extractive" ? null : el("span", { class: "quiet" }, t("ask.unsure_more"))));
  }
  parts.push(el("div", { class: "text" }, ...answerText(answer.message, answer.citations, open, openOther)));
  if (answer.answerer !== "extractive" && answer.citations.length) {
    parts.push(el("h3", {}, t("ask.sources")),
      el("ul", { class: "sources" }, ...answer.citations.map((one) => el("li", { class: "cite-foot" }, citeLine(one, open, one.quote), counterpartLink(one, openOther)))));
  }
  if (answer.nearest.length) {
    const numbered = answer.nearest.map((one, index) => ({ ...one, n: index + 1 }));
    parts.push(el("h3", {}, t("ask.nearest")),
      el("ul", { class: "sources" }, ...numbered.map((one) =>
        el("li", {}, citeLine(one, (n, opener) => openSource(numbered, n, opener), one.excerpt)))));
  }
  if (answer.hidden) parts.push(el("p", { class: "quiet hidden-note" }, hiddenNote(answer.contact)));
  parts.push(el("p", { class: answer.as_of ? "as-of chosen" : "as-of" }, t("ask.as_of_answer", { date: asOf(message) })), tools(message));
  return parts;
}
