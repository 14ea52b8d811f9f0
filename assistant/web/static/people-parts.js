// What the managers' pages share: dialogs of the page, a secret shown once, and passwords made visible.
import { t } from "./api.js";
import { copy, el } from "./ui.js";

/** Buttons with data-open="<id>" open that dialog, data-close closes it. */
export function dialogs() {
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
  }
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

/** The menus of a list's rows close by a click elsewhere and by Escape. */
export function menus() {
  const all = [...document.querySelectorAll(".people details.menu")];
  document.addEventListener("click", ({ target }) => {
    for (const menu of all) if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    const open = all.find((menu) => menu.open);
    if (key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}

/** Show a link or a token that is shown this once. Resolves when the reader closes it. */
export function shown(title, hint, secret) {
  return new Promise((resolve) => {
    const field = el("textarea", { readonly: true, rows: 3, "aria-label": title, class: "secret" }, secret);
    const dialog = el("dialog", { "aria-label": title },
      el("h2", {}, title), el("p", { class: "quiet" }, hint), field,
      el("div", { class: "actions" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.close")),
        el("button", { type: "button", onclick: () => copied(field) }, t("common.copy"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
    field.select();
  });
}

async function copied(field) {
  try {
    await copy(field.value);
  } catch {
    field.select(); // no clipboard without TLS: the reader copies the marked text
  }
}

/** Boxes with data-show-password show what is typed in their form's new password. */
export function showPasswords() {
  for (const box of document.querySelectorAll("[data-show-password]")) {
    box.addEventListener("change", () => {
      box.form.elements.password.type = box.checked ? "text" : "password";
    });
  }
}
