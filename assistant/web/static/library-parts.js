// What the library's pages share: badges, dates in force, languages, dialogs.
import { t } from "./api.js";
import { all, pageData } from "./dom.js";
import { el } from "./ui.js";

/**
 * What the page was opened with; the library's list has no document, a document's page no collections.
 * @type {{document: Api.DocumentDetail, collections: {slug: string, name: string, editable: boolean}[], takes: boolean, manages: boolean, next_step?: Page.NextStep | null}}
 */
export const start = pageData();

/** @type {Record<string, string>} */
const STATE_CLASS = { published: "good", draft: "warn", withdrawn: "bad", superseded: "plain", indexing: "plain" };
const LANGUAGES = ["yue", "zh-Hant", "zh-Hans", "en"];

/**
 * A badge for the state of a version.
 * @param {string} state
 */
export const stateBadge = (state) => el("span", { class: `badge ${STATE_CLASS[state] ?? "plain"}` }, t(`library.state_${state}`));

/**
 * The name of a language tag; an unknown tag as it is.
 * @param {string} tag
 */
export const languageName = (tag) => (LANGUAGES.includes(tag) ? t(`library.lang_${tag}`) : tag);

/**
 * "from 2026-04-01", "before 2027-01-01", both, or nothing.
 * @param {string | null} first
 * @param {string | null} end
 */
export function inForce(first, end) {
  if (first && end) return t("library.between", { first, end });
  if (first) return t("library.from", { day: first });
  return end ? t("library.until", { day: end }) : "";
}

/** Let the buttons with data-close close their dialog, wherever they are on the page. */
export function closeButtons() {
  for (const button of all("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}

/**
 * Call `job` once things have been quiet for a moment.
 * @param {() => unknown} job
 */
export function soon(job, ms = 250) {
  /** @type {number | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(job, ms);
  };
}

/** Whether the screen is wide enough for things beside each other. */
export const isWide = () => matchMedia("(min-width: 721px)").matches;
