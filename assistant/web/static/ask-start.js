// What the server wrote into a page of asking, and the icons of these pages.
import { pageData } from "./dom.js";
import { el } from "./ui.js";

/**
 * What the page was opened with: conversation, collections, script, reasons of feedback, who the reader is.
 * @type {{conversation: number | null, collections: {slug: string, name: string}[], script: string, reasons: string[], person: number, card_texts: Record<string, Record<string, string>>, next_step: Page.NextStep | null}}
 */
export const start = pageData();

/**
 * An icon of ask.css, for the eye alone.
 * @param {string} name
 */
export const icon = (name, size = "") => el("span", { class: `icon ${size}`, dataset: { icon: name }, "aria-hidden": "true" });
