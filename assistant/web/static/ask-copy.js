// An answer as plain text to hand on: short for WhatsApp, or in full with every quote for a document or an e-mail.
import { t } from "./api.js";
import { inForce, place } from "./ask-answer-text.js";

const MOST = 700; // characters of a short text: one screen of a phone
const LEAST_QUOTE = 40; // a quote cut shorter than this says nothing

/**
 * The day whose documents the answer stands on, as YYYY-MM-DD: the day that was chosen, or the day of the question.
 * @param {Api.Message} message
 */
export const asOf = ({ answer, asked_at }) => answer.as_of ?? new Date(asked_at).toLocaleDateString("sv");

/** The organisation's name, as in the title of every page. */
const organisation = () => document.title.split(" · ").at(-1);

/**
 * The answer first, then each source once, then the day; quotes are cut so that it fits a phone's screen.
 * @param {Api.Message} message
 */
export function shortText(message) {
  const { answer } = message;
  const sources = bySource(answer.refused ? answer.nearest : answer.citations);
  const foot = [];
  if (sources.length) foot.push("", t(answer.refused ? "ask.nearest" : "ask.sources"), ...sources.map(sourceLine));
  foot.push("", t("ask.short_foot", { date: asOf(message), tenant: organisation() }));
  const head = cardLines(answer.card, answer.reason === "emergency");
  // Quotes say so themselves in their first line.
  if (answer.unsure && !answer.refused && answer.answerer !== "extractive") head.push(t("ask.unsure_short"));
  const room = MOST - [...head, ...foot].join("\n").length - 1;
  return [...head, ...said(answer, sources, Math.max(room, 160)), ...foot].join("\n");
}

/**
 * Question, whole answer, and a line for each citation.
 * @param {Api.Message} message
 */
export function fullText(message) {
  const { answer } = message;
  // The text of an emergency has its card in it.
  const card = answer.reason === "emergency" ? [] : cardLines(answer.card);
  const lines = [...card, t("ask.copy_question", { question: answer.question }), "", t("ask.copy_answer") + answer.message.trim()];
  const refs = answer.refused ? answer.nearest.map((one, index) => ({ ...one, n: index + 1 })) : answer.citations;
  if (refs.length) {
    lines.push("", t(answer.refused ? "ask.nearest" : "ask.sources"));
    for (const one of refs) lines.push(`[${one.n}] ${place(one, true)}`);
  }
  lines.push("", t("ask.copy_foot", { tenant: organisation(), date: asOf(message) }));
  return lines.join("\n");
}

/**
 * Sources in their order, those of one version of a document together.
 * @param {Api.Source[]} refs
 */
function bySource(refs) {
  /** @type {Map<number, Api.Source[]>} */
  const groups = new Map();
  for (const one of refs) groups.set(one.version_id, [...(groups.get(one.version_id) ?? []), one]);
  return [...groups.values()];
}

/**
 * "1. 《員工手冊》第 5.6 條 · 第 6 頁；第 5.8 條 · 第 7 頁（第 2 版 · 2026-04-01 起生效）"
 * @param {Api.Source[]} refs places in one version
 * @param {number} index
 */
function sourceLine(refs, index) {
  const [first] = refs;
  const title = place({ ...first, clause: null, pages: [] });
  const places = [...new Set(refs.map((one) => place(one).slice(title.length).replace(t("ask.joint"), "")))].filter(Boolean);
  const about = inForce(first);
  const at = places.length ? t("ask.title_joint") : "";
  return `${index + 1}. ${title}${at}${places.join(t("ask.places_joint"))}${about.length ? t("ask.about", { about: about.join(t("ask.joint")) }) : ""}`;
}

/**
 * What the answer says, in at most `room` characters.
 * @param {Api.Answer} answer
 * @param {Api.Source[][]} sources
 * @param {number} room
 */
function said(answer, sources, room) {
  if (answer.refused) return [answer.contact ? t("ask.refused_ask", { contact: answer.contact }) : t("ask.refused_short")];
  /** @param {number} n */
  const numberOf = (n) => sources.findIndex((group) => group.some((one) => "n" in one && one.n === n)) + 1;
  if (answer.answerer === "llm") {
    const text = answer.message.trim().replaceAll("**", "").replace(/\[(\d+)\]/g, (whole, n) => (numberOf(Number(n)) ? `[${numberOf(Number(n))}]` : whole));
    return [shortened(text.replace(/(\[\d+\])(?:\s*\1)+/g, "$1"), room)];
  }
  const [before, ...quoted] = answer.message.trim().split(/\n(?=\[\d+\] )/);
  // What comes before the quotes of a procedure is the card, which is there already.
  const lead = answer.reason === "emergency" ? (quoted.length ? t("ask.procedure") : "") : before;
  const lines = lead ? [lead] : [];
  let left = room - lead.length - 1;
  for (const block of quoted) {
    const quote = block.slice(block.indexOf("\n") + 1).trim().replace(/^[「“]|[」”]$/g, "");
    const mark = quoted.length > 1 ? ` [${numberOf(Number(block.match(/\d+/)?.[0]))}]` : "";
    // The first quote answers best; the others share what it leaves.
    const most = left - mark.length - 3;
    if (lines.length > 1 && most < Math.min(quote.length, LEAST_QUOTE)) break;
    const line = shortened(quote, Math.max(most, LEAST_QUOTE));
    lines.push(t("ask.quote", { text: line }) + mark);
    left -= line.length + mark.length + 3;
  }
  return lines;
}

/**
 * Whom to call comes before everything else, in an emergency with what to do.
 * @param {Api.AnswerCard | null} card
 */
function cardLines(card, whole = false) {
  if (!card) return [];
  return [card.title, ...(card.contacts ?? []).map(({ name, number }) => `${name} ${number}`.trim()),
    ...(card.others_line ? [card.others_line] : []), ...(whole && card.stage !== "later" ? [card.text] : []), ""];
}

/**
 * Cut a text at the end of a sentence, or with an ellipsis.
 * @param {string} text
 * @param {number} most
 */
function shortened(text, most) {
  if (text.length <= most) return text;
  const cut = text.slice(0, Math.max(most - 1, 1));
  const end = Math.max(...["。", "！", "？", "；", ". ", "\n"].map((mark) => cut.lastIndexOf(mark)));
  return end > most / 2 ? `${cut.slice(0, end + 1).trimEnd()}…` : `${cut}…`;
}
