// What the frame of every page does: the menu, the interface language, signing out, the keys to the field of the page.
import { call, t, tenant } from "./api.js";
import { all, optional, required } from "./dom.js";
import { QUICK_KEY, attempt, el } from "./ui.js";

const menu = optional("details.menu", HTMLDetailsElement);
if (menu) {
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      required("summary", HTMLElement, menu).focus();
    }
  });
}

for (const button of all("[data-locale]")) {
  button.addEventListener("click", () => attempt(async () => {
    const locale = button.dataset.locale;
    document.cookie = `locale=${locale}; path=/; max-age=31536000; samesite=lax`;
    if (optional("[data-sign-out]")) await call("PATCH", "/api/v1/me", { locale });
    location.reload();
  }));
}

optional("[data-sign-out]")?.addEventListener("click", () => attempt(async () => {
  await call("DELETE", "/api/v1/session");
  location.assign("/sign-in");
}));

// -- / and Ctrl + K lead to where one asks or searches ------------------------------------------------------------

const field = optional("#question, form[role=search] input[type=search], #hit-test input[name=question]");
if (field) {
  field.setAttribute("aria-keyshortcuts", "/ Control+K");
  if (!field.hasAttribute("aria-describedby")) {
    field.setAttribute("aria-describedby", "quick-hint");
    field.after(el("span", { class: "hint quick-hint", id: "quick-hint" }, t("common.quick_hint")));
  }
}

/** @param {EventTarget | null} target */
const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));

document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey
    && !typing(event.target) && localStorage.getItem(QUICK_KEY) !== "off";
  const jump = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!(slash || jump) || event.isComposing || document.querySelector("dialog:modal")) return;
  if (field) {
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "nearest" });
  } else if (jump && tenant) {
    event.preventDefault();
    location.assign(`/t/${tenant}/ask`);
  }
});

// Where browsers allow it (https, or this computer itself), a page that cannot be reached says so in plain words.
navigator.serviceWorker?.register("/offline-worker.js").catch(() => undefined);
