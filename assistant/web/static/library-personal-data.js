// People's data that was found in a document: what, and the three things an editor can do about it.
import { t } from "./api.js";
import { confirmed, el } from "./ui.js";

const DECISIONS = ["keep", "mask", "publish"];

/**
 * "12 個身份證號碼、30 個電話": what was found, most of it first.
 * @param {Api.PersonalData} found
 */
export function dataWords(found) {
  const named = Object.entries(found.counts).sort(([, one], [, other]) => other - one);
  return named.map(([kind, n]) => t(n === 1 ? `library.data_one_${kind}` : `library.data_${kind}`, { n })).join(t("library.list_joint"));
}

/**
 * What it means and what was decided, in a sentence.
 * @param {Api.PersonalData} found
 */
export function dataState(found) {
  if (found.decision === "waiting") return t("library.data_waiting");
  if (found.decision) return t(`library.data_decided_${found.decision}`);
  return t(found.is_list ? "library.data_list" : "library.data_some");
}

/**
 * The buttons, with what each does in plain words; `decide(decision)` is called once the reader has said yes.
 * @param {Api.PersonalData} found
 * @param {string} about the document's title, for screen readers
 * @param {(decision: string) => unknown} decide
 * @param {boolean} sure whether to ask before publishing and moving
 */
export function dataButtons(found, about, decide, sure = true) {
  const list = el("ul", { class: "plain-list data-choices" }, DECISIONS.map((decision) => {
    const taken = found.decision === decision;
    const button = el("button", {
      type: "button", class: "plain small", dataset: { action: `data_${decision}` }, disabled: taken,
      "aria-label": `${t(`library.do_data_${decision}`)}：${about}`,
      onclick: async () => {
        if (!sure || decision === "mask" || (await confirmed(t(`library.data_${decision}_sure`)))) decide(decision);
      },
    }, taken ? `✓ ${t(`library.do_data_${decision}`)}` : t(`library.do_data_${decision}`));
    return el("li", {}, button, el("span", { class: "hint" }, t(`library.data_${decision}_hint`)));
  }));
  return list;
}
