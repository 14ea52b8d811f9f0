// The text of an answer as elements: markers [n] become buttons, quotes get their source beneath them.
import { t } from "./api.js";
import { icon } from "./ask-start.js";
import { el, withMarks } from "./ui.js";

const PLACE = /^\[(\d+)\] /;
/** @type {Record<string, string>} */
const LANG = { "zh-Hant": "zh-Hant", "zh-Hans": "zh-Hans", yue: "yue-Hant", en: "en" };

/**
 * A source in one line: 《員工手冊》第 5.6 條 · 第 6 頁; `facts` adds version and days in force.
 * @param {Api.Source} one
 */
export function place(one, facts = false) {
  const parts = [];
  if (one.clause) parts.push(/^\d/.test(one.clause) ? t("ask.clause", { clause: one.clause }) : one.clause);
  if (one.pages?.length) parts.push(t("ask.page", { page: one.pages.length > 1 ? `${one.pages[0]}–${one.pages.at(-1)}` : one.pages[0] }));
  if (facts) parts.push(...inForce(one));
  const title = /^[《【「]/.test(one.title) ? one.title : t("ask.place", { title: one.title });
  return [title, ...parts].join(parts.length ? t("ask.joint") : "");
}

/**
 * Version and days in force of a source, as words.
 * @param {Api.Source} one
 */
export function inForce(one) {
  const parts = [];
  if (one.version > 1) parts.push(t("ask.version", { version: one.version }));
  if (one.effective_from) parts.push(t("ask.from", { date: one.effective_from }));
  if (one.effective_to) parts.push(t("ask.until", { date: one.effective_to }));
  return parts;
}

/**
 * A source as a button over the whole line.
 * @param {Page.NumberedSource} one
 * @param {Page.Open} open
 */
export function citeLine(one, open, excerpt = "") {
  const about = inForce(one);
  // What is read out is what is shown, with the words around it that the eye does not need.
  const [before, after] = t("ask.cite", { n: one.n, place: "\n" }).split("\n");
  return el("button", {
    type: "button", class: "cite-line",
    onclick: (event) => open(one.n, event.currentTarget),
  },
  el("span", { class: "cite-n", "aria-hidden": "true" }, String(one.n)),
  el("span", {}, el("span", { class: "sr" }, before), place(one), about.length ? el("small", {}, about.join(t("ask.joint"))) : null,
    excerpt ? el("small", { class: "excerpt", lang: LANG[one.language] }, excerpt) : null,
    el("span", { class: "sr" }, after)),
  el("span", { class: "go" }, icon("right", "small")));
}

/**
 * The name of a passage's language as a copy of the document: "English copy".
 * @param {Api.Source} one
 */
export const copyName = (one) => t(one.language === "en" ? "ask.copy_en" : "ask.copy_zh");

/**
 * A quiet link to the passage that says the same in the other language, where there is one.
 * @param {Page.NumberedSource} one
 * @param {Page.Open} openCounterpart
 */
export function counterpartLink(one, openCounterpart) {
  if (!one.twin) return null;
  const copy = copyName(one.twin);
  return el("button", {
    type: "button", class: "counterpart-link", "aria-label": t("ask.copy_open", { n: one.n, copy, place: place(one.twin) }),
    onclick: (event) => openCounterpart(one.n, event.currentTarget),
  }, copy);
}

/**
 * Elements of an answer's text. Without `open` (while it is being written) markers are numbers alone.
 * @param {string} text
 * @param {Api.Citation[]} citations
 * @param {Page.Open | null} open
 * @param {Page.Open} [openCounterpart]
 */
export function answerText(text, citations, open, openCounterpart = () => undefined) {
  const known = new Map(citations.map((one) => [one.n, one]));
  const out = [];
  /** @type {HTMLElement | null} */
  let list = null;
  /** @type {HTMLElement | null} */
  let quoted = null;
  for (const line of text.split("\n")) {
    const marked = line.match(PLACE);
    if (marked) {
      const one = known.get(Number(marked[1]));
      quoted = el("blockquote", { lang: one ? LANG[one.language] : null });
      const foot = one && open ? el("div", { class: "cite-foot" }, citeLine(one, open), counterpartLink(one, openCounterpart)) : el("p", { class: "cite-line" }, line);
      out.push(el("div", { class: "quoted" }, quoted, foot));
      list = null;
    } else if (quoted) {
      quoted.append(...withMarks(quoted.childNodes.length ? `\n${line}` : line));
    } else if (/^\s*(?:[-•·*]|\d+[.)])\s+/.test(line)) {
      const ordered = /^\s*\d/.test(line);
      if (!list || (list.tagName === "OL") !== ordered) out.push((list = el(ordered ? "ol" : "ul")));
      list.append(el("li", {}, ...inline(line.replace(/^\s*(?:[-•·*]|\d+[.)])\s+/, ""), known, open)));
    } else if (line.trim()) {
      list = null;
      out.push(el("p", {}, ...inline(line, known, open)));
    }
  }
  return out;
}

/**
 * @param {string} line
 * @param {Map<number, Api.Citation>} known
 * @param {Page.Open | null} open
 */
function inline(line, known, open) {
  return line.split(/(\[\d+\]|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (/^\*\*.+\*\*$/.test(part)) return el("strong", {}, part.slice(2, -2));
    const n = Number(part.match(/^\[(\d+)\]$/)?.[1]);
    if (!n) return part;
    const one = known.get(n);
    if (!one || !open) return el("span", { class: "cite-n" }, String(n));
    return el("button", {
      type: "button", class: "cite", "aria-label": t("ask.cite", { n, place: place(one) }), title: place(one),
      onclick: (event) => open(n, event.currentTarget),
    }, String(n));
  });
}
