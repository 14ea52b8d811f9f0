// Uploads: dropped, chosen or added by address; sent two at a time; their progress followed live.
import { call, events, of, t, tenant } from "./api.js";
import { optional, required } from "./dom.js";
import { attempt, el, onSubmit, toast } from "./ui.js";
import { chosenFiles, droppedFiles, nameFiles } from "./library-files.js";
import { soon, start } from "./library-parts.js";

const AT_ONCE = 2;
const UNFINISHED = ["queued", "working"];
/** @type {Record<string, string>} */
const BADGE = { failed: "bad", indexed: "good", replaced: "good", expanded: "plain", unchanged: "plain", working: "", queued: "plain" };
/** @type {Map<number, {one: Api.Upload, node: HTMLElement}>} */
const rows = new Map();
const box = optional("[data-uploads]"); // only whoever may edit has this part of the page
let following = false;
let changed = () => {};

const list = () => required("[data-upload-list]");
const showBox = (shown = rows.size > 0) => { required("[data-uploads]").hidden = !shown; };

/** @param {Api.Upload} one */
function progress(one) {
  if (one.status !== "working") return null;
  const bar = el("progress", { "aria-label": one.name });
  if (one.total) Object.assign(bar, { max: one.total, value: one.done });
  return bar;
}

/** @param {Api.Upload} one */
function words(one) {
  if (one.status === "failed") return one.error?.message ?? "";
  if (one.status !== "working" || !one.stage) return "";
  const stage = t(`library.stage_${one.stage}`);
  if (!one.total) return stage;
  const key = one.stage === "read" ? "library.pages_done" : "library.chunks_done";
  return `${stage} · ${t(key, { done: one.done, total: one.total })}`;
}

/** @param {Api.Upload} one */
function show(one) {
  const finished = !UNFINISHED.includes(one.status);
  const node = el("li", { class: "upload", "data-status": one.status },
    el("div", { class: "row spread" },
      el("strong", { class: "upload-name" }, one.path),
      el("span", { class: "row" },
        el("span", { class: `badge ${BADGE[one.status] ?? ""}` }, t(`library.st_${one.status}`)),
        one.document_id ? el("a", { href: `/t/${tenant}/library/${one.document_id}` }, t("library.open")) : null,
        finished ? el("button", { type: "button", class: "quiet-button small", "aria-label": t("library.dismiss", { name: one.name }), onclick: () => attempt(() => dismiss(one)) }, "✕") : null)),
    progress(one),
    el("p", { class: one.status === "failed" ? "field-error" : "quiet upload-words" }, words(one)));
  const before = rows.get(one.id);
  if (before) before.node.replaceWith(node);
  else list().prepend(node);
  if (finished && before && UNFINISHED.includes(before.one.status)) {
    required("[data-upload-status]").textContent = `${one.name}: ${t(`library.st_${one.status}`)}`;
    changed();
  }
  rows.set(one.id, { one, node });
  showBox();
}

/** @param {Api.Upload} one */
async function dismiss(one) {
  await call("DELETE", of("uploads", one.id));
  rows.get(one.id)?.node.remove();
  rows.delete(one.id);
  showBox();
}

async function clear() {
  await call("DELETE", of("uploads"));
  for (const [id, { one, node }] of rows) {
    if (UNFINISHED.includes(one.status)) continue;
    node.remove();
    rows.delete(id);
  }
  showBox();
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
        idle = event === "idle";
      }
    } catch {
      lost += 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(lost, 5)));
    }
  }
  following = false;
}

/**
 * @param {Page.NamedFile} file
 * @param {string} into short name of a collection
 * @param {boolean} draft
 */
async function send({ file, name }, into, draft) {
  const sending = el("li", { class: "upload" },
    el("div", { class: "row spread" }, el("strong", { class: "upload-name" }, name), el("span", { class: "badge plain" }, t("library.sending"))),
    el("progress", { "aria-label": name }));
  list().prepend(sending);
  showBox(true);
  const form = new FormData();
  form.append("publish", draft ? "false" : "true");
  form.append("files", file, name);
  try {
    (await call("POST", of("collections", into, "uploads"), form)).forEach(show);
    follow();
  } catch (fault) {
    toast(`${name}: ${fault.message}`, true);
  } finally {
    sending.remove();
    showBox(rows.size > 0 || list().children.length > 0);
  }
}

/** @param {Page.FoundFile[]} files */
async function sendAll(files) {
  const into = required("[data-into]", HTMLSelectElement).value;
  const draft = required("[data-draft]", HTMLInputElement).checked;
  const waiting = nameFiles(files);
  if (!into) return toast(t("library.no_collection"), true);
  const worker = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) await send(file, into, draft);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
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

/**
 * Set the uploads' part of the page going; `reload` is called when a document has come in.
 * @param {() => unknown} reload
 */
export function startUploads(reload) {
  if (!box) return;
  changed = soon(reload, 600);
  required("[data-clear]", HTMLElement, box).addEventListener("click", () => attempt(clear));
  const zone = optional("[data-drop]");
  if (zone && start.takes) {
    dropZone(zone);
    byAddress();
  }
  attempt(async () => {
    /** @type {Api.Upload[]} */
    const found = await call("GET", `${of("uploads")}?limit=50`);
    found.reverse().forEach(show);
    if (found.some((one) => UNFINISHED.includes(one.status))) follow();
  });
}
