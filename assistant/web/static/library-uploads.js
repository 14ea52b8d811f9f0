// Uploads: dropped, chosen or added by address. Every file has a line at once, which stays until somebody has dealt with it.
import { call, events, of, t } from "./api.js";
import { optional, required } from "./dom.js";
import { attempt, el, onSubmit, toast } from "./ui.js";
import { chosenFiles, droppedFiles, nameFiles } from "./library-files.js";
import { soon, start } from "./library-parts.js";
import { fileOf, isSendingAny, sendContent, stopSending } from "./library-sending.js";
import { groupOf, isUnfinished, uploadLine } from "./library-upload-line.js";

const FEW = 5; // so many finished lines stand open
/** @type {Map<number, {one: Api.Upload, node: HTMLElement}>} */
const rows = new Map();
/** @type {Set<number>} */
const ending = new Set();
const box = optional("[data-uploads]"); // only whoever may edit has this part of the page
let following = false;
let changed = () => {};
let folded = false; // whether the reader has folded or opened the finished lines

/** @param {string} name */
const group = (name) => required(`[data-group=${name}]`, HTMLElement, box ?? document);
/** @param {string} name */
const list = (name) => required("ul", HTMLElement, group(name));

/**
 * Put a line in its place; the focus stays where it was.
 * @param {Api.Upload} one
 */
function show(one) {
  if (!one.mine) return;
  const before = rows.get(one.id);
  if (!isUnfinished(one)) ending.delete(one.id);
  const node = uploadLine(one, ending.has(one.id), (action) => attempt(() => act(one.id, action)));
  const focused = before?.node.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.action : null;
  const place = list(groupOf(one));
  if (before?.node.parentElement === place) before.node.replaceWith(node);
  else {
    before?.node.remove();
    if (one.status === "failed") place.prepend(node); // before what is only a question
    else place.append(node);
  }
  rows.set(one.id, { one, node });
  if (focused !== null) (optional(`[data-action=${focused}]`, HTMLElement, node) ?? optional("button, a", HTMLElement, node))?.focus();
  if (before && isUnfinished(before.one) && !isUnfinished(one)) {
    required("[data-upload-status]").textContent = `${one.path}：${t(`library.st_${one.status}`)}`;
    changed();
  }
  arrange();
}

/** @param {number} id */
function forget(id) {
  const row = rows.get(id);
  const next = row?.node.nextElementSibling ?? row?.node.previousElementSibling;
  const focused = row?.node.contains(document.activeElement);
  row?.node.remove();
  rows.delete(id);
  arrange();
  if (focused) (next ? optional("button, a", HTMLElement, next) : box)?.focus();
}

function arrange() {
  if (!box) return;
  const lines = [...rows.values()];
  box.hidden = !lines.length && !list("working").children.length;
  for (const name of ["needs", "working", "done"]) group(name).hidden = !list(name).children.length;
  const done = list("done").children.length;
  const fold = group("done");
  required("summary", HTMLElement, fold).textContent = t("library.uploads_done", { n: done });
  if (fold instanceof HTMLDetailsElement && !folded) fold.open = done <= FEW;
  required("[data-clear]", HTMLElement, box).hidden = !done;
  const bar = required("[data-upload-all]", HTMLProgressElement, box);
  bar.hidden = !lines.some(({ one }) => isUnfinished(one));
  bar.max = lines.length || 1;
  bar.value = lines.filter(({ one }) => !isUnfinished(one)).length;
  const leave = required("[data-upload-leave]", HTMLElement, box);
  leave.hidden = bar.hidden;
  leave.textContent = t(isSendingAny() ? "library.stay" : "library.may_leave");
  count();
}

let counting = false;

/** Say how far all is: soon, and not for every event. */
function count() {
  if (counting) return;
  counting = true;
  setTimeout(() => {
    counting = false;
    attempt(async () => {
      /** @type {Api.UploadSummary} */
      const found = await call("GET", of("uploads", "summary"));
      const words = [
        t("library.summary_done", { done: found.done, total: found.total }),
        found.wait_for_choice ? t("library.summary_wait", { n: found.wait_for_choice }) : null,
        found.need_attention > found.wait_for_choice ? t("library.summary_need", { n: found.need_attention - found.wait_for_choice }) : null,
        found.under_way ? t("library.summary_working", { n: found.under_way }) : null,
      ];
      const summary = required("[data-upload-summary]");
      const text = words.filter(Boolean).join(" · ");
      if (summary.textContent !== text) summary.textContent = text;
    });
  }, 700);
}

/**
 * Do what a line's button says.
 * @param {number} id
 * @param {string} action
 */
async function act(id, action) {
  const row = rows.get(id);
  if (!row) return;
  const { one } = row;
  if (action === "dismiss") {
    await call("DELETE", of("uploads", id));
    forget(id);
  } else if (action === "cancel") {
    ending.add(id);
    show(one);
    try {
      const cancelled = await call("POST", of("uploads", id, "cancel"));
      stopSending(id); // not before: a file that is cut off has failed
      show(cancelled);
    } catch (fault) {
      ending.delete(id);
      show(rows.get(id)?.one ?? one);
      throw fault;
    }
    follow();
  } else if (action === "retry") {
    show(await call("POST", of("uploads", id, "retry")));
    follow();
  } else if (action === "take_name") {
    show(await call("POST", of("uploads", id, "take-name")));
    changed();
  } else if (action.startsWith("data_")) {
    show(await call("POST", of("uploads", id, "personal-data"), { decision: action.slice("data_".length) }));
    changed();
    follow();
  } else if (action === "send") {
    const file = fileOf(id);
    if (file) await send(one, file);
  } else if (action === "choose") {
    const file = await choose();
    if (!file) return;
    if (file.name === one.path.split("/").at(-1)) await send(one, file);
    else { // saved under another name: a file of its own
      await call(isUnfinished(one) ? "POST" : "DELETE", isUnfinished(one) ? of("uploads", id, "cancel") : of("uploads", id));
      forget(id);
      await sendAll([{ file, path: file.name }], one.collection);
    }
  }
}

/**
 * Let the reader choose one file again. Resolves to nothing where they think better of it.
 * @returns {Promise<File | undefined>}
 */
function choose() {
  const input = required("[data-again]", HTMLInputElement);
  return new Promise((resolve) => {
    input.onchange = () => {
      const [file] = input.files ?? [];
      input.value = "";
      resolve(file);
    };
    input.oncancel = () => resolve(undefined);
    input.click();
  });
}

/** Follow the stream until nothing is under way; it ends now and then, and is asked for again. */
async function follow() {
  if (following) return;
  following = true;
  let idle = false;
  let lost = 0;
  while (!idle && lost < 20) {
    try {
      for await (const { event, data } of events("GET", of("uploads", "events"))) {
        lost = 0;
        if (event === "uploads") data.reverse().forEach(show);
        idle = event === "idle" && !isSendingAny();
      }
    } catch {
      lost += 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(lost, 5)));
    }
  }
  following = false;
}

/**
 * @param {Api.Upload} one
 * @param {File} file
 */
async function send(one, file) {
  const sent = sendContent(one.id, file, () => {
    const row = rows.get(one.id);
    if (row) show({ ...row.one, status: "sending" });
  });
  show({ ...one, status: "sending", actions: ["cancel"], error: null });
  try {
    show(await sent);
    follow();
  } catch (fault) {
    if (fault.name === "AbortError") return;
    const error = { code: fault.code, message: fault.message, detail: fault.detail };
    const actions = fault.status && fault.status < 500 ? ["dismiss"] : ["send", "dismiss"];
    show({ ...one, status: "failed", error: fault.status ? error : { ...error, message: t("library.upload_cut", { name: one.path }) }, actions });
  } finally {
    arrange();
  }
}

/**
 * @param {Page.FoundFile[]} files
 * @param {string} [into] slug of a collection; the chosen one by default
 */
async function sendAll(files, into = required("[data-into]", HTMLSelectElement).value) {
  const publish = !required("[data-draft]", HTMLInputElement).checked;
  const named = nameFiles(files);
  if (!into) return toast(t("library.no_collection"), true);
  if (!named.length) return undefined;
  const waiting = named.map(({ name }) => el("li", { class: "upload" }, el("div", { class: "row spread" },
    el("strong", { class: "upload-name" }, name), el("span", { class: "badge plain" }, t("library.st_chosen")))));
  list("working").append(...waiting);
  arrange();
  try {
    const body = { publish, files: named.map(({ file, name }) => ({ name, size: file.size })) };
    /** @type {Api.Upload[]} */
    const announced = await call("POST", of("collections", into, "uploads", "batch"), body);
    for (const node of waiting) node.remove();
    const all = announced.map((one, index) => (isUnfinished(one) ? send(one, named[index].file) : show(one)));
    follow();
    await Promise.all(all);
  } finally {
    for (const node of waiting) node.remove();
    arrange();
  }
  return undefined;
}

/** @param {HTMLElement} zone */
function dropZone(zone) {
  const input = required("[data-files]", HTMLInputElement, zone);
  required("[data-choose]", HTMLElement, zone).addEventListener("click", () => input.click());
  input.addEventListener("change", () => attempt(async () => {
    const files = input.files ? chosenFiles(input.files) : [];
    input.value = "";
    await sendAll(files);
  }));
  for (const name of /** @type {const} */ (["dragenter", "dragover"])) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    const transfer = event.dataTransfer;
    if (!transfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.remove("over");
    attempt(async () => sendAll(await droppedFiles(transfer)));
  });
}

function byAddress() {
  const dialog = required("[data-url-dialog]", HTMLDialogElement);
  const form = required("[data-url-form]", HTMLFormElement, dialog);
  required("[data-url]").addEventListener("click", () => {
    form.reset();
    dialog.showModal();
  });
  onSubmit(form, async ({ url }) => {
    const body = { url, publish: !required("[data-draft]", HTMLInputElement).checked };
    const into = required("[data-into]", HTMLSelectElement).value;
    const button = required("[type=submit]", HTMLElement, form);
    const label = button.textContent;
    button.textContent = t("library.fetching");
    try {
      show(await call("POST", of("collections", into, "uploads", "url"), body));
      dialog.close();
      follow();
    } finally {
      button.textContent = label;
    }
  });
}

/** Take the lines of what has come in off the list; what has failed stays. */
async function clear() {
  await call("DELETE", `${of("uploads")}?mine=true&keep_failed=true`);
  for (const [id, { one }] of rows) {
    if (!isUnfinished(one) && !["failed", "cancelled"].includes(one.status)) forget(id);
  }
}

/**
 * Set the uploads' part of the page going; `reload` is called when a document has come in.
 * @param {() => unknown} reload
 */
export function startUploads(reload) {
  if (!box) return;
  changed = soon(reload, 600);
  box.tabIndex = -1;
  required("[data-clear]", HTMLElement, box).addEventListener("click", () => attempt(clear));
  required("summary", HTMLElement, group("done")).addEventListener("click", () => { folded = true; });
  const zone = optional("[data-drop]");
  if (zone && start.takes) {
    dropZone(zone);
    byAddress();
  }
  attempt(async () => {
    /** @type {Api.Upload[]} */
    const found = await call("GET", `${of("uploads")}?mine=true&limit=1000`);
    found.reverse().forEach(show);
    if (found.some(isUnfinished)) follow();
  });
}
