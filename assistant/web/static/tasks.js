// What the pages beyond asking share: sources as links, what left the building, a passage translated.
import { call, of, t, tenant } from "./api.js";
import { pageData } from "./dom.js";
import { el } from "./ui.js";

/**
 * What the page was opened with: a document's summary has `document` and `version`, a draft `message` and `begin`.
 * @type {{document: number, version: number, message: number | null, begin: boolean}}
 */
export const start = pageData();

/**
 * A source in words: 《員工手冊》第 5.6 條 · 第 6 頁.
 * @param {Api.Source} one
 */
function place(one) {
  const parts = [];
  if (one.clause) parts.push(/^\d/.test(one.clause) ? t("tasks.clause", { clause: one.clause }) : one.clause);
  if (one.pages.length) parts.push(t("tasks.page", { page: one.pages.length > 1 ? `${one.pages[0]}–${one.pages.at(-1)}` : one.pages[0] }));
  if (one.effective_from) parts.push(t("tasks.from", { date: one.effective_from }));
  if (one.effective_to) parts.push(t("tasks.until", { date: one.effective_to }));
  const title = /^[《【「]/.test(one.title) ? one.title : t("tasks.place", { title: one.title });
  return [title, ...parts].join(" · ");
}

/** @param {Api.Source} one */
const address = (one) => `/t/${tenant}/sources/${one.version_id}?chunk=${one.chunk_id}&start=${one.start}&end=${one.end}`;

/**
 * The list of a text's sources, each with its quote, a link to the original and, with a model, its translation.
 * @param {Api.Citation[]} citations
 */
export function sourceList(citations, { model = false } = {}) {
  return citations.map((one) => el("li", {},
    el("span", { class: "n" }, `[${one.n}]`),
    el("div", { class: "what" },
      el("blockquote", { lang: one.language }, one.quote),
      el("p", { class: "places" }, el("a", { class: "source-link", href: address(one) }, place(one)),
        model ? translateButton(one) : null))));
}

/** @param {Api.Citation} one */
function translateButton(one) {
  const button = el("button", { type: "button", class: "plain small" }, t("tasks.translate"));
  translates(button, one);
  return button;
}

/**
 * Let a button show the translation of a passage beneath the line it stands in.
 * @param {HTMLButtonElement} button
 * @param {{chunk_id: number, start: number, end: number}} place
 */
export function translates(button, { chunk_id: chunk, start: from, end }) {
  button.addEventListener("click", async () => {
    const line = button.parentElement;
    const box = el("div", { class: "translation", role: "status" }, t("tasks.translating"));
    line?.after(box);
    button.disabled = true;
    try {
      const made = await call("POST", of("chunks", chunk, "translation"), { start: from, end });
      box.replaceChildren(el("span", { lang: made.language }, made.text),
        el("small", {}, t(made.verified ? "tasks.translated" : "tasks.unverified")), egress(made.egress));
      button.hidden = true;
    } catch (fault) {
      box.replaceChildren(fault.message);
      button.disabled = false;
    }
  });
}

/**
 * Whether anything was sent to a language model elsewhere, and what exactly.
 * @param {Api.Egress} record
 */
export function egress(record) {
  if (!record.host) return el("p", { class: "egress" }, t("tasks.stayed"));
  const what = record.sent.map((one) => el("pre", {}, one.content));
  return el("details", { class: "egress" },
    el("summary", {}, t(record.left ? "tasks.left" : "tasks.stayed_model", { host: record.host })), ...what);
}

/**
 * Why quotes stand where a model's text was wanted; "" where they do not.
 * @param {string} code
 */
export function fallback(code) {
  if (!code) return "";
  return t(code === "may_not_leave" ? "tasks.fallback_may_not_leave" : "tasks.fallback");
}

/**
 * A text's paragraphs, its markers [n] links to their sources.
 * @param {string} text
 * @param {Api.Citation[]} citations
 */
export function paragraphs(text, citations) {
  const known = new Map(citations.map((one) => [one.n, one]));
  return text.split("\n").filter((line) => line.trim()).map((line) => el("p", {},
    ...line.split(/(\[\d+\])/).filter(Boolean).map((part) => {
      const one = known.get(Number(part.match(/^\[(\d+)\]$/)?.[1]));
      return one ? el("a", { href: address(one), "aria-label": place(one) }, part) : part;
    })));
}
