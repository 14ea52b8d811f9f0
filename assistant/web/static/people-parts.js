// What the managers' pages share: dialogs of the page, a secret shown once, and passwords made visible.
import { t } from "./api.js";
import { all, field, required } from "./dom.js";
import { copy, el } from "./ui.js";

/** Buttons with data-open="<id>" open that dialog, data-close closes it. */
export function dialogs() {
  for (const button of all("[data-open]")) {
    button.addEventListener("click", () => required(`#${button.dataset.open}`, HTMLDialogElement).showModal());
  }
  for (const button of all("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}

/** The menus of a list's rows close by a click elsewhere and by Escape. */
export function menus() {
  const found = all(".people details.menu", HTMLDetailsElement);
  document.addEventListener("click", ({ target }) => {
    for (const menu of found) if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    const open = found.find((menu) => menu.open);
    if (key !== "Escape" || !open) return;
    open.open = false;
    required("summary", HTMLElement, open).focus();
  });
}

/**
 * Show a link or a token that is shown this once. Resolves when the reader closes it.
 * @param {string} title
 * @param {string} hint
 * @param {string} secret
 * @returns {Promise<void>}
 */
export function showSecret(title, hint, secret) {
  return new Promise((resolve) => {
    const field = el("textarea", { readonly: true, rows: 3, "aria-label": title, class: "secret" }, secret);
    /** @type {HTMLDialogElement} */
    const dialog = el("dialog", { "aria-label": title },
      el("h2", {}, title), el("p", { class: "quiet" }, hint), field,
      el("div", { class: "actions" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.close")),
        el("button", { type: "button", onclick: () => copyField(field) }, t("common.copy"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
    field.select();
  });
}

/** @param {HTMLTextAreaElement} field */
async function copyField(field) {
  try {
    await copy(field.value);
  } catch {
    field.select(); // no clipboard without TLS: the reader copies the marked text
  }
}

/** Boxes with data-show-password show what is typed in their form's new password. */
export function showPasswords() {
  for (const box of all("[data-show-password]", HTMLInputElement)) {
    box.addEventListener("change", () => {
      if (box.form) field(box.form, "password").type = box.checked ? "text" : "password";
    });
  }
}
