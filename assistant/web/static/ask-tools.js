// Under an answer: copy it, draft from it, say what one thinks of it, see whether anything was sent to a model elsewhere.
import { call, of, t, tenant } from "./api.js";
import { attempt, el, toast } from "./ui.js";
import { fullText, shortText } from "./ask-copy.js";
import { icon, start } from "./ask-start.js";

/**
 * The row of tools of a kept message.
 * @param {Api.Message} message
 */
export function tools(message) {
  const holder = el("div", {});
  const good = thumb("good", 1);
  const bad = thumb("bad", -1);
  holder.append(el("div", { class: "tools" },
    copyShort(message),
    el("button", { type: "button", class: "quiet-button", title: t("ask.copy_label"), dataset: { copy: "" },
      onclick: () => copyText(fullText(message), "ask.copied") }, icon("copy"), t("ask.copy")),
    message.answer.refused ? null : el("a", { class: "button", title: t("ask.draft_label"), dataset: { draft: "" },
      href: `/t/${tenant}/draft?message=${message.id}` }, icon("draft"), t("ask.draft")),
    el("span", { class: "verdicts" }, good, bad), egress(message.answer)));

  /**
   * @param {string} name
   * @param {number} verdict
   */
  function thumb(name, verdict) {
    const label = t(`ask.${name}`);
    return el("button", { type: "button", class: "quiet-button", "aria-label": label, title: label,
      "aria-pressed": String(message.verdict === verdict), dataset: { verdict }, onclick: () => judge(verdict) },
    icon(name));
  }

  /** @param {number} verdict */
  async function judge(verdict) {
    const back = message.verdict === verdict;
    const path = of("messages", message.id, "feedback");
    const done = await attempt(async () => {
      await (back ? call("DELETE", path) : call("PUT", path, { verdict }));
      return true;
    });
    if (!done) return;
    message.verdict = back ? null : verdict;
    good.setAttribute("aria-pressed", String(message.verdict === 1));
    bad.setAttribute("aria-pressed", String(message.verdict === -1));
    holder.querySelector(".why")?.remove();
    if (message.verdict === 1) toast(t("ask.thanks"));
    if (message.verdict === -1) {
      const form = why(message);
      holder.append(form);
      form.scrollIntoView({ block: "nearest" }); // the composer stands over the foot of the page
    }
  }
  return holder;
}

/**
 * The button that copies the short text.
 * @param {Api.Message} message
 */
export function copyShort(message) {
  return el("button", { type: "button", class: "quiet-button", title: t("ask.copy_short_label"), dataset: { copyShort: "" },
    onclick: () => copyText(shortText(message), "ask.copied_short") }, icon("copy"), t("ask.copy_short"));
}

/** @param {Api.Message} message */
function why(message) {
  const form = el("form", { class: "why" },
    el("strong", { id: `why-${message.id}` }, t("ask.why")),
    el("div", { class: "reasons", role: "radiogroup", "aria-labelledby": `why-${message.id}` }, ...start.reasons.map((reason) =>
      el("label", {}, el("input", { type: "radio", name: "reason", value: reason }), t(`ask.reason_${reason}`)))),
    el("label", {}, t("ask.comment"), el("textarea", { name: "comment", rows: "2", maxlength: "2000" })),
    el("div", { class: "row" }, el("button", { class: "small" }, t("ask.tell"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { reason = "", comment } = Object.fromEntries(new FormData(form));
    attempt(async () => {
      await call("PUT", of("messages", message.id, "feedback"), { verdict: -1, reason, comment });
      form.remove();
      toast(t("ask.thanks"));
    });
  });
  return form;
}

/**
 * @param {string} text
 * @param {string} done key of what is said then
 */
async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t(done));
  } catch {
    // Without https (an office server by its address) browsers have no clipboard for pages; the old way still works.
    const area = el("textarea", { class: "sr" });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    toast(t(copied ? done : "ask.copy_failed"), !copied);
  }
}

/** @param {Api.Answer} answer */
function egress({ egress: record, answerer }) {
  if (!record.host) return el("span", { class: "egress" }, icon("lock", "small"), t("ask.stayed"));
  const { host, model, sent, masked } = record;
  const count = Object.values(masked).reduce((sum, one) => sum + one, 0);
  return el("details", { class: record.left ? "egress left" : "egress" },
    el("summary", {}, icon(record.left ? "out" : "lock", "small"), t(record.left ? "ask.left" : answerer === "extractive" ? "ask.stayed" : "ask.stayed_model", { host })),
    el("p", {}, t("ask.left_more", { host, model: model ?? "" })),
    count ? el("p", {}, t("ask.left_masked", { count })) : null,
    ...sent.map((one) => el("pre", {}, one.content)));
}
