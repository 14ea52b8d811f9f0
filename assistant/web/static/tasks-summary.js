// The page of a summary: a language model's sentences on demand, passages translated.
import { call, of, t } from "./api.js";
import { all, required } from "./dom.js";
import { el } from "./ui.js";
import { egress, fallback, paragraphs, sourceList, start, translates } from "./tasks.js";

for (const button of all("[data-translate]", HTMLButtonElement)) {
  const { chunk, start: from, end } = button.dataset;
  translates(button, { chunk_id: Number(chunk), start: Number(from), end: Number(end) });
}

const button = required("[data-write]", HTMLButtonElement);
const box = required("[data-written]");
button.addEventListener("click", async () => {
  button.disabled = true;
  box.replaceChildren(el("p", { class: "quiet" }, t("tasks.writing")));
  try {
    /** @type {Api.Written} */
    const made = await call("POST", of("documents", start.document, "summary"), { version: start.version });
    const quoted = made.answerer === "extractive";
    box.replaceChildren(
      ...(quoted ? [el("p", { class: "notice warn" }, fallback(made.fallback) || t("tasks.fallback"))]
        : [el("div", { class: "written", lang: made.language }, ...paragraphs(made.text, made.citations)),
          el("h3", {}, t("tasks.sources")), el("ol", { class: "sources" }, ...sourceList(made.citations))]),
      egress(made.egress));
    button.hidden = !quoted;
  } catch (fault) {
    box.replaceChildren(el("p", { class: "field-error" }, fault.message));
  } finally {
    button.disabled = false;
  }
});
