// Where to look (collections), for which day, and in which characters answers are shown.
import { call, of, t } from "./api.js";
import { required } from "./dom.js";
import { attempt, el } from "./ui.js";
import { icon, start } from "./ask-start.js";

/** @type {Api.Scope} */
let chosen = { collections: null, as_of: null };
const button = required("[data-scope]", HTMLButtonElement);

/**
 * The scope of the next question; with `change` it is set first.
 * @param {Api.Scope | null} change
 */
export function scope(change = null) {
  if (change) chosen = { collections: change.collections, as_of: change.as_of };
  const { collections, as_of } = chosen;
  const parts = [];
  if (start.collections.length > 1) {
    const names = start.collections.filter(({ slug }) => collections?.includes(slug)).map(({ name }) => name);
    parts.push(!collections ? t("ask.all_collections") : names.length === 1 ? names[0] : t("ask.some_collections", { count: names.length }));
  }
  parts.push(as_of ? t("ask.as_of_day", { date: as_of }) : t("ask.as_of_today"));
  if (start.script === "hans") parts.push(t("ask.script_hans").split("（")[0].split(" (")[0]);
  button.replaceChildren(icon("scope", "small"), parts.join(t("ask.joint")));
  button.setAttribute("aria-label", `${t("ask.scope")}：${parts.join("，")}`);
  button.classList.toggle("chosen", Boolean(collections || as_of));
  return chosen;
}

/** Let the reader choose. */
export function showScope() {
  /** @param {string} value */
  const radio = (value) => el("label", { class: "check" },
    el("input", { type: "radio", name: "script", value, checked: start.script === value }), t(`ask.script_${value}`));
  const many = start.collections.length > 1;
  const fault = el("p", { class: "field-error", role: "alert" });
  const day = el("input", { type: "date", name: "as_of", value: chosen.as_of ?? "" });
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", { class: "scope", "aria-label": t("ask.scope") },
    el("form", { onsubmit: (event) => { event.preventDefault(); apply(new FormData(event.target)); } },
      many ? el("fieldset", {}, el("legend", {}, t("ask.collections")), ...start.collections.map((one) =>
        el("label", { class: "check" }, el("input", {
          type: "checkbox", name: "collection", value: one.slug, checked: !chosen.collections || chosen.collections.includes(one.slug),
        }), one.name))) : null,
      el("fieldset", {}, el("legend", {}, t("ask.as_of")), el("label", {}, el("span", { class: "hint" }, t("ask.as_of_hint")), day)),
      el("fieldset", {}, el("legend", {}, t("ask.script")), radio("hant"), radio("hans")),
      fault,
      el("div", { class: "actions" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.cancel")),
        el("button", {}, t("ask.apply")))));

  /** @param {FormData} values */
  async function apply(values) {
    const slugs = values.getAll("collection").map(String);
    if (many && !slugs.length) {
      fault.textContent = t("ask.need_one");
      return;
    }
    const all = !many || slugs.length === start.collections.length;
    const script = String(values.get("script"));
    if (script !== start.script) {
      const kept = await attempt(async () => { await call("PUT", of("ask", "preferences"), { script }); return true; });
      if (!kept) return;
      start.script = script;
      document.dispatchEvent(new CustomEvent("ask:script"));
    }
    scope({ collections: all ? null : slugs, as_of: String(values.get("as_of") ?? "") || null });
    document.dispatchEvent(new CustomEvent("ask:scope"));
    dialog.close();
  }
  dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}
