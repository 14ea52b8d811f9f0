// One action on several documents: it says first what will happen, then what has happened to each, and can be undone.
import { call, of, t } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, el } from "./ui.js";

const NAMED = 8; // so many titles are listed before an action

/** @typedef {{fits: (one: Api.DocumentRow) => boolean, run: (one: Api.DocumentRow, day: string | null) => Promise<unknown>, undo?: (one: Api.DocumentRow) => Promise<unknown>}} Action */

/** @param {Api.DocumentRow} one */
const versionOf = (one) => of("documents", one.id, "versions", one.version_id);

/** @type {Record<string, Action>} */
const ACTIONS = {
  withdraw: {
    fits: (one) => one.status === "published",
    run: (one) => call("POST", `${versionOf(one)}/withdraw`),
    undo: (one) => call("POST", `${versionOf(one)}/publish`),
  },
  publish: {
    fits: (one) => ["draft", "withdrawn"].includes(one.status) && one.personal_data !== "waiting", // each list is decided by itself
    run: (one) => call("POST", `${versionOf(one)}/publish`),
  },
  review: {
    fits: () => true,
    run: (one, day) => call("PATCH", of("documents", one.id), { review_on: day }),
    undo: (one) => call("PATCH", of("documents", one.id), { review_on: one.review_on }),
  },
  delete: { fits: () => true, run: (one) => call("DELETE", of("documents", one.id)) },
};

/** @type {Map<number, Api.DocumentRow>} */
const chosen = new Map();
let reload = () => {};

/**
 * The box that chooses a document.
 * @param {Api.DocumentRow} one
 */
export function chooser(one) {
  const box = el("input", { type: "checkbox", dataset: { pick: one.id }, "aria-label": t("library.choose_document", { title: one.title }), checked: chosen.has(one.id) });
  box.addEventListener("change", () => {
    if (box.checked) chosen.set(one.id, one);
    else chosen.delete(one.id);
    arrange();
  });
  return el("label", { class: "chooser" }, box);
}

/**
 * Forget the choice of documents that are not listed any more, and hold the new state of those that are.
 * @param {Api.DocumentRow[]} listed
 */
export function nowListed(listed) {
  const before = [...chosen.keys()];
  chosen.clear();
  for (const one of listed) if (before.includes(one.id)) chosen.set(one.id, one);
  arrange();
}

function arrange() {
  const bar = optional("[data-bulk]");
  if (!bar) return;
  bar.hidden = !chosen.size;
  required("[data-bulk-count]").textContent = t("library.chosen", { n: chosen.size });
  for (const button of all("[data-bulk-action]", HTMLButtonElement, bar)) {
    const action = ACTIONS[button.dataset.bulkAction ?? ""];
    button.hidden = Boolean(action) && ![...chosen.values()].some(action.fits);
  }
}

function clear() {
  chosen.clear();
  for (const box of all("[data-pick]", HTMLInputElement)) box.checked = false;
  arrange();
}

/**
 * Ask; resolves to whether to go on, and the day for a review.
 * @param {string} name
 * @param {Api.DocumentRow[]} fitting
 * @param {number} others how many of the chosen the action leaves alone
 * @returns {Promise<{yes: boolean, day: string | null}>}
 */
function ask(name, fitting, others) {
  const dialog = required("[data-bulk-dialog]", HTMLDialogElement);
  const form = required("form", HTMLFormElement, dialog);
  const more = fitting.length - NAMED;
  required("[data-bulk-question]", HTMLElement, dialog).textContent = t(`library.bulk_${name}_sure`, { n: fitting.length });
  required("[data-bulk-titles]", HTMLElement, dialog).replaceChildren(
    ...fitting.slice(0, NAMED).map((one) => el("li", {}, one.title)),
    ...(more > 0 ? [el("li", { class: "quiet" }, t("library.and_more", { n: more }))] : []));
  const left = required("[data-bulk-left]", HTMLElement, dialog);
  left.hidden = !others;
  left.textContent = t("library.bulk_left", { n: others });
  required("[data-bulk-day]", HTMLElement, dialog).hidden = name !== "review";
  const yes = required("[value=yes]", HTMLButtonElement, dialog);
  yes.className = name === "delete" ? "danger" : "";
  yes.textContent = t(`library.bulk_${name}`);
  form.reset();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve({ yes: dialog.returnValue === "yes", day: field(form, "day").value || null });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

/**
 * Do something to each, one after the other; resolves to those done and those that failed.
 * @param {Api.DocumentRow[]} rows
 * @param {(one: Api.DocumentRow) => Promise<unknown>} job
 */
async function each(rows, job) {
  /** @type {Api.DocumentRow[]} */
  const done = [];
  /** @type {{one: Api.DocumentRow, message: string}[]} */
  const failed = [];
  for (const one of rows) {
    required("[data-bulk-result]").hidden = false;
    required("[data-bulk-result]").replaceChildren(t("library.bulk_doing", { done: done.length + failed.length, total: rows.length }));
    try {
      await job(one);
      done.push(one);
    } catch (fault) {
      failed.push({ one, message: fault.message });
    }
  }
  return { done, failed };
}

/**
 * @param {string} words
 * @param {{one: Api.DocumentRow, message: string}[]} failed
 * @param {(() => unknown) | null} undo
 */
function tell(words, failed, undo) {
  const box = required("[data-bulk-result]");
  box.hidden = false;
  box.className = failed.length ? "notice warn" : "notice";
  box.replaceChildren(
    el("p", {}, words),
    failed.length ? el("ul", {}, failed.map(({ one, message }) => el("li", {}, `${one.title}：${message}`))) : "",
    el("div", { class: "row" },
      undo ? el("button", { type: "button", class: "plain small", dataset: { undo: "" }, onclick: undo }, t("library.undo")) : null,
      el("button", { type: "button", class: "quiet-button small", onclick: () => { box.hidden = true; } }, t("common.close"))));
  box.focus();
}

/** @param {string} name */
async function act(name) {
  const rows = [...chosen.values()];
  if (name === "clear") return clear();
  if (name === "download") return location.assign(`${of("documents", "originals")}?${rows.map((one) => `document=${one.id}`).join("&")}`);
  const action = ACTIONS[name];
  const fitting = rows.filter(action.fits);
  const { yes, day } = await ask(name, fitting, rows.length - fitting.length);
  if (!yes) return undefined;
  const { done, failed } = await each(fitting, (one) => action.run(one, day));
  const words = t(`library.bulk_${name}_done`, { n: done.length, day: day ?? "" });
  const { undo } = action;
  clear();
  reload();
  return tell(words, failed, undo && done.length ? () => attempt(async () => {
    const back = await each(done, undo);
    reload();
    tell(t("library.undone", { n: back.done.length }), back.failed, null);
  }) : null);
}

/**
 * Set the actions going; `again` reads the list anew.
 * @param {() => void} again
 */
export function startBulk(again) {
  reload = again;
  for (const button of all("[data-bulk-action]")) {
    button.addEventListener("click", () => attempt(() => act(button.dataset.bulkAction ?? "")));
  }
  optional("[data-pick-all]", HTMLButtonElement)?.addEventListener("click", () => {
    for (const box of all("[data-pick]", HTMLInputElement)) if (!box.checked) box.click();
  });
}
