// One line of the list of uploads: what has become of a file, in plain words, and what can be done about it.
import { t, tenant } from "./api.js";
import { el } from "./ui.js";
import { dataButtons, dataState, dataWords } from "./library-personal-data.js";
import { start } from "./library-parts.js";
import { fileOf, sentShare } from "./library-sending.js";

const UNFINISHED = ["sending", "queued", "working"];
/** @type {Record<string, string>} */
const BADGE = { failed: "bad", cancelled: "plain", indexed: "good", replaced: "good", expanded: "plain", unchanged: "plain", queued: "plain", sending: "plain" };

/** @param {Api.Upload} one */
export const isUnfinished = (one) => UNFINISHED.includes(one.status);

/**
 * Whether its bytes were to be sent from a page that is gone.
 * @param {Api.Upload} one
 */
const isLeft = (one) => one.status === "sending" && sentShare(one.id) === null;

/**
 * Whether it is a list of persons that nobody has decided about.
 * @param {Api.Upload} one
 */
const isWaiting = (one) => one.personal_data?.decision === "waiting";

/**
 * Where a line belongs: "needs" somebody, still "working", or "done".
 * @param {Api.Upload} one
 */
export function groupOf(one) {
  if (one.status === "failed" || isLeft(one) || isWaiting(one) || one.actions.includes("take_name")) return "needs";
  return isUnfinished(one) ? "working" : "done";
}

/** @param {Api.Upload} one */
function words(one) {
  if (one.status === "failed") return one.error?.message ?? "";
  if (one.personal_data) return `${t("library.data_found", { what: dataWords(one.personal_data) })} ${dataState(one.personal_data)}`;
  if (isLeft(one)) return fileOf(one.id) ? t("library.upload_cut", { name: one.path }) : t("library.left_unsent");
  if (one.known_as) return t("library.known_as", { name: one.known_as.name });
  const elsewhere = one.also_in.map((other) => other.title || other.name);
  if (elsewhere.length) return t("library.also_in", { names: elsewhere.join(t("library.list_joint")) });
  if (one.status === "unchanged") return t("library.unchanged_words");
  if (one.status !== "working" || !one.stage) return "";
  const stage = t(`library.stage_${one.stage}`);
  return one.total && one.stage === "read" ? `${stage} · ${t("library.pages_done", { done: one.done, total: one.total })}` : stage;
}

/** @param {Api.Upload} one */
function progress(one) {
  if (!isUnfinished(one) || isLeft(one) || one.status === "queued") return null;
  const share = sentShare(one.id);
  const percent = one.status === "sending" ? Math.round((share ?? 0) * 100) : one.percent;
  return el("progress", { "aria-label": t("library.progress_of", { name: one.path }), max: 100, value: percent });
}

/** @param {Api.Upload} one */
function badge(one) {
  const share = sentShare(one.id);
  const sending = one.status === "sending" && share !== null;
  if (isWaiting(one)) return el("span", { class: "badge warn", dataset: { badge: "" } }, t("library.st_undecided"));
  const text = sending ? t("library.sent_percent", { percent: Math.round(share * 100) }) : isLeft(one) ? t("library.st_unsent") : t(`library.st_${one.status}`);
  return el("span", { class: `badge ${isLeft(one) ? "bad" : BADGE[one.status] ?? ""}`, dataset: { badge: "" } }, text);
}

/**
 * What is offered: a file that cannot be read as it is wants another file, not another try.
 * @param {Api.Upload} one
 * @returns {string[]}
 */
function offers(one) {
  if (one.status === "failed" && one.error?.code.startsWith("file_")) return ["choose", ...one.actions.filter((action) => !["retry", "send"].includes(action))];
  if (one.actions.includes("retry")) return one.actions.filter((action) => action !== "send");
  if (!one.actions.includes("send") || fileOf(one.id)) return one.actions.filter((action) => action !== "send" || sentShare(one.id) === null);
  return one.actions.map((action) => (action === "send" ? "choose" : action));
}

/**
 * The name of a button.
 * @param {Api.Upload} one
 * @param {string} action
 */
function label(one, action) {
  if (action === "choose" && one.status === "failed" && one.error?.code.startsWith("file_")) return t("library.do_choose_mended");
  if (action === "dismiss" && one.actions.includes("take_name")) return t("library.do_leave_name");
  return t(`library.do_${action}`);
}

/**
 * Whether the reader may open what it became: what is kept for owners is not for every editor.
 * @param {Api.Upload} one
 */
const mayOpen = (one) => Boolean(one.document_id) && (one.personal_data?.decision !== "keep" || start.manages);

/**
 * A line. `act(action)` is called with "cancel", "retry", "send", "choose", "take_name", "dismiss" or "data_<decision>".
 * @param {Api.Upload} one
 * @param {boolean} ending whether it is being cancelled
 * @param {(action: string) => unknown} act
 */
export function uploadLine(one, ending, act) {
  const buttons = offers(one).map((action) => el("button", {
    type: "button", class: `${["dismiss", "cancel"].includes(action) ? "quiet-button" : "plain"} small`, dataset: { action },
    "aria-label": `${label(one, action)}：${one.path}`, disabled: ending, onclick: () => act(action),
  }, label(one, action)));
  const text = words(one);
  const orders = one.orders && !isUnfinished(one) ? t(one.orders === 1 ? "library.order_1" : "library.orders_n", { n: one.orders }) : null;
  return el("li", { class: "upload", dataset: { status: one.status, upload: one.id } },
    el("div", { class: "row spread upload-head" }, el("strong", { class: "upload-name" }, one.path), ending ? el("span", { class: "badge plain" }, t("library.ending")) : badge(one)),
    progress(one),
    text ? el("p", { class: one.status === "failed" || isLeft(one) ? "field-error" : "quiet upload-words" }, text) : null,
    orders ? el("p", { class: "quiet upload-words", dataset: { orders: "" } }, orders) : null,
    isWaiting(one) && one.personal_data ? dataButtons(one.personal_data, one.path, (decision) => act(`data_${decision}`), false) : null,
    el("div", { class: "row upload-actions" },
      mayOpen(one) ? el("a", { class: "button plain small", href: `/t/${tenant}/library/${one.document_id}` }, t("library.open")) : null, buttons));
}
