// Small parts of pages: elements, toasts, dialogs, forms. Text goes in as text, never as HTML.
import { t } from "./api.js";
import { required } from "./dom.js";

/** The name under which a browser keeps whether the key / goes to the field for questions or search: "on" or "off". */
export const QUICK_KEY = "quick-key";

/**
 * Make an element: `el("p", {class: "quiet", onclick}, "text", otherElement)`.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Page.Attributes} [attributes] null, undefined and false are left out
 * @param {...(Page.Child | Page.Child[])} children null, undefined and false are left out
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  const shown = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  node.append(...shown.flatMap((child) => /** @type {(string | Node)[]} */ (typeof child === "string" ? withMarks(child) : [child])));
  return node;
}

/** What stands in place of people's data: its words and at least one WORD JOINER, or bars where it was too short. */
const MARK = /([［[][^［[\]］]{1,20}[\]］]\u2060+|▇+\u2060+)/;

/**
 * Return a text with its marks as elements that say what they are.
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function withMarks(text) {
  if (!text.includes("\u2060")) return [text];
  return text.split(MARK).filter(Boolean).map((part) => {
    if (!MARK.test(part)) return part;
    const mark = document.createElement("abbr");
    mark.className = "hidden-data";
    mark.title = t("common.hidden_data");
    mark.textContent = part.replaceAll("\u2060", "");
    if (mark.textContent.startsWith("▇")) mark.setAttribute("aria-label", t("common.hidden_data"));
    return mark;
  });
}

/**
 * The line that says once that people's data is hidden, and whom to ask.
 * @param {string} contact "" for one's supervisor
 */
export const hiddenNote = (contact) => t(contact ? "common.hidden_ask" : "common.hidden_ask_nobody", { contact });

/**
 * Tell the reader something for a few seconds; read out by screen readers.
 * @param {string} message
 */
export function toast(message, bad = false) {
  const node = el("div", { class: bad ? "toast bad" : "toast" }, message);
  const toasts = required(".toasts");
  for (const one of [...toasts.children]) if (one.textContent === message) one.remove();
  toasts.append(node);
  setTimeout(() => node.remove(), bad ? 7000 : 3500);
}

/**
 * Run a job of the page; an error is told, not thrown. Resolves to the job's value or undefined.
 * @template R
 * @param {() => R | Promise<R>} job
 * @returns {Promise<R | undefined>}
 */
export async function attempt(job) {
  try {
    return await job();
  } catch (fault) {
    if (fault.name !== "AbortError") toast(fault.message, true);
    return undefined;
  }
}

/**
 * Ask before something that cannot be undone. Resolves to true or false.
 * @param {string} question
 * @returns {Promise<boolean>}
 */
export function confirmed(question, { danger = false, yes = t("common.confirm") } = {}) {
  return new Promise((resolve) => {
    const dialog = el("dialog", {},
      el("p", {}, question),
      el("form", { method: "dialog", class: "actions" },
        el("button", { class: "plain", value: "no" }, t("common.cancel")),
        el("button", { class: danger ? "danger" : "", value: "yes" }, yes)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Let a form send JSON: calls `send(values)`, shows an error beside the form, keeps it from being sent twice.
 * @param {HTMLFormElement} form
 * @param {(values: Record<string, any>) => unknown} send values are strings, and a File for a file's field
 */
export function onSubmit(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[type=submit], button:not([type])"));
    let fault = form.querySelector(".field-error");
    if (!fault) form.append((fault = el("p", { class: "field-error", role: "alert" })));
    fault.textContent = "";
    if (button) button.disabled = true;
    try {
      await send(values);
    } catch (error) {
      fault.textContent = error.message;
    } finally {
      if (button) button.disabled = false;
    }
  });
}

/**
 * Put text on the clipboard and say so.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copySelected(text);
  }
  toast(t("common.copied"));
}

/**
 * Copy without the clipboard's interface, which browsers keep for https: an office's own address has none.
 * @param {string} text
 */
function copySelected(text) {
  const before = document.activeElement;
  const box = el("textarea", { class: "sr", readonly: true, "aria-hidden": "true" }, text);
  (before?.closest("dialog") ?? document.body).append(box); // outside an open dialog nothing can be selected
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw new Error(t("common.copy_failed"));
}
