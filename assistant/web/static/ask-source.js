// The panel with the original: the page with the quoted words marked, or readable text; a sheet over a phone's screen.
import { call, of, t, tenant } from "./api.js";
import { required } from "./dom.js";
import { el, hiddenNote } from "./ui.js";
import { icon } from "./ask-start.js";
import { copyName, inForce, place } from "./ask-answer-text.js";
import { pageView } from "./ask-page-view.js";
import { textView } from "./ask-text-view.js";

const dialog = required("[data-source]", HTMLDialogElement);
const wide = matchMedia("(min-width: 1000px)");
const alone = dialog.classList.contains("alone"); // a page of its own
/** @type {HTMLElement | null} */
let opener = null;
let changing = false;
let latest = 0;

/**
 * Open the source `n` of `refs` (citations or nearest passages); focus comes back to `from`.
 * @param {Page.NumberedSource[]} refs
 * @param {number} n
 * @param {HTMLElement | null} from
 */
export async function openSource(refs, n, from) {
  const ref = refs.find((one) => one.n === n);
  if (!ref) throw new Error(`no source ${n}`);
  if (!dialog.open) opener = from;
  const turn = (latest += 1);
  const body = el("div", { class: "source-body", tabindex: "0", role: "group", "aria-label": t("ask.source") }, el("p", { class: "working clauses" }, t("common.loading")));
  const bar = el("div", { class: "source-bar" });
  const foot = el("div", { class: "source-foot" });
  const head = header(refs, ref);
  dialog.replaceChildren(head, bar, body, foot);
  if (!dialog.open) {
    if (wide.matches) dialog.show();
    else coverScreen();
    document.body.classList.add("source-open");
  }
  required("h2", HTMLElement, head).focus();
  /** @type {Api.OpenedSource} */
  let source;
  try {
    source = await call("GET", `${of("chunks", ref.chunk_id, "source")}?start=${ref.start}&end=${ref.end}`);
  } catch (fault) {
    if (turn === latest) body.replaceChildren(el("p", { class: "notice bad clauses" }, fault.message));
    return;
  }
  if (turn !== latest) return;
  required(".facts", HTMLElement, head).append(...stateFacts(source));
  head.append(el("p", { class: "sr" }, t("ask.quoted"), source.quote));
  const place = new URLSearchParams({ version: String(source.version_id), chunk: String(ref.chunk_id), start: String(ref.start), end: String(ref.end) });
  foot.append(
    el("span", { class: "quiet" }, source.owner ? t("ask.kept_by", { owner: source.owner }) : source.document),
    el("span", { class: "row" },
      el("a", { class: "button plain small", href: `/t/${tenant}/library/${source.document_id}?${place}` }, t("ask.whole_document")),
      source.hidden
        ? el("a", { class: "button plain small", href: of("versions", source.version_id, "text-file"), download: "" }, icon("download", "small"), t("common.masked_text"))
        : el("a", { class: "button plain small", href: of("versions", source.version_id, "original"), download: source.document }, icon("download", "small"), t("ask.original"))));
  if (source.hidden) head.append(el("p", { class: "notice hidden-note" }, hiddenNote(source.hidden.contact)));
  views(source, bar, body);
}

/**
 * Open the passage that says the same in the other language in the place of source `n`.
 * @param {Page.NumberedSource[]} refs
 * @param {number} n
 * @param {HTMLElement | null} from
 */
export function openCounterpart(refs, n, from) {
  return openSource(refs.map((one) => (one.n === n ? otherLanguage(one) : one)), n, from);
}

/**
 * A source in its other language; done twice it is what it was.
 * @param {Page.NumberedSource} ref
 * @returns {Page.NumberedSource}
 */
const otherLanguage = (ref) => (ref.twin ? { ...ref.twin, n: ref.n, twin: ref } : ref);

/**
 * @param {Page.NumberedSource[]} refs
 * @param {Page.NumberedSource} ref
 */
function header(refs, ref) {
  const clause = ref.clause ? [/^\d/.test(ref.clause) ? t("ask.clause", { clause: ref.clause }) : ref.clause] : [];
  const pages = ref.pages.length ? [t("ask.page", { page: ref.pages.join("–") })] : [];
  const others = refs.length > 1 ? el("ul", { class: "source-refs", "aria-label": t("ask.other_sources") }, ...refs.map((one) =>
    el("li", {}, el("button", {
      type: "button", class: "cite", "aria-current": one === ref ? "true" : null,
      "aria-label": t("ask.cite", { n: one.n, place: one.title }), onclick: () => openSource(refs, one.n, opener),
    }, String(one.n))))) : null;
  const other = ref.twin ? el("button", {
    type: "button", class: "counterpart-link", "aria-label": t("ask.copy_open", { n: ref.n, copy: copyName(ref.twin), place: place(ref.twin) }),
    onclick: () => openCounterpart(refs, ref.n, opener),
  }, copyName(ref.twin)) : null;
  return el("div", { class: "source-head" },
    el("div", { class: "row spread" },
      el("div", { class: "grow" },
        el("h2", { id: "source-title", tabindex: "-1" }, ref.title),
        el("p", { class: "facts" }, [...clause, ...pages, ...inForce(ref)].join(t("ask.joint"))), other, others),
      el("button", { type: "button", class: "quiet-button", "aria-label": t("common.close"), onclick: closeSource }, icon("close"))));
}

/**
 * Facts only the source itself tells: that it is not the version in force any more.
 * @param {Api.OpenedSource} source
 */
function stateFacts(source) {
  const old = source.state !== "published" && ["superseded", "withdrawn", "draft"].includes(source.state);
  return old ? [" ", el("span", { class: "badge warn" }, t(`ask.state_${source.state}`))] : [];
}

/**
 * @param {Api.OpenedSource} source
 * @param {HTMLElement} bar
 * @param {HTMLElement} body
 */
function views(source, bar, body) {
  if (!source.drawn) {
    bar.hidden = true;
    textView(source, body);
    return;
  }
  const buttons = ["page", "text"].map((view) => el("button", { type: "button", onclick: () => choose(view) }, t(`ask.view_${view}`)));
  const turning = el("div", { class: "turning" });
  bar.append(el("div", { class: "views" }, ...buttons), turning);
  /** @param {string} view */
  function choose(view) {
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String((index === 0) === (view === "page"))));
    turning.hidden = view !== "page";
    if (view === "page") pageView(source, body, turning);
    else textView(source, body);
  }
  choose("page");
}

/** Cover the screen; then a phone's "back" leads to the answer and not away from it. */
function coverScreen() {
  dialog.showModal();
  if (!alone && !history.state?.source) history.pushState({ ...history.state, source: true }, "");
}

/** Close the panel; the focus goes back to where it was opened. */
export function closeSource() {
  if (dialog.open) dialog.close();
}

dialog.addEventListener("close", () => {
  if (changing) {
    changing = false;
    if (wide.matches) dialog.show();
    else coverScreen();
    return;
  }
  latest += 1;
  document.body.classList.remove("source-open");
  dialog.replaceChildren();
  if (history.state?.source) history.back();
  if (alone) location.assign(`/t/${tenant}/ask`);
  else if (opener?.isConnected) opener.focus();
});
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  closeSource();
});
// A window made narrow or wide changes what the panel is: beside the answer, or over it.
wide.addEventListener("change", () => {
  if (!dialog.open) return;
  changing = true;
  dialog.close();
});
