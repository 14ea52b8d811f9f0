import { el } from "./ui.js";

// What the page was opened with: conversation, collections, script, reasons of feedback, who the reader is.
export const start = JSON.parse(document.getElementById("start").textContent);

/** An icon of ask.css, for the eye alone. */
export const icon = (name, size = "") => el("span", { class: `icon ${size}`, dataset: { icon: name }, "aria-hidden": "true" });
