// The page of drafts: choose, draft, change by hand, copy.
import { call, of, t } from "./api.js";
import { optional, required } from "./dom.js";
import { confirmed, onSubmit, toast } from "./ui.js";
import { egress, fallback, sourceList, start } from "./tasks.js";

const form = required("[data-form]", HTMLFormElement);
const area = required("[data-text]", HTMLTextAreaElement);
const working = required("[data-working]");
const model = optional("[name=generate]", HTMLInputElement, form) !== null;
let written = "";

/** @param {Record<string, string>} values */
function request({ kind, question, language, generate }) {
  return {
    kind,
    ...(start.message ? { message: start.message } : { question: question.trim() }),
    ...(language ? { language } : {}),
    generate: model && Boolean(generate),
  };
}

/** @param {Api.Written} made */
function show(made) {
  written = made.text;
  area.value = made.text;
  area.lang = made.language;
  const why = fallback(made.fallback);
  const notice = required("[data-fallback]");
  notice.textContent = why;
  notice.hidden = !why;
  required("[data-unsure]").hidden = !made.unsure;
  required("[data-egress]").replaceChildren(egress(made.egress));
  required("[data-sources]").replaceChildren(...sourceList(made.citations, { model }));
  required("[data-made]").hidden = false;
}

onSubmit(form, async (values) => {
  if (area.value !== written && !(await confirmed(t("tasks.redraft_sure")))) return;
  working.textContent = t("tasks.writing");
  try {
    show(await call("POST", of("drafts"), request(values)));
    toast(t("tasks.ready"));
    required("#text-title").focus();
  } finally {
    working.textContent = "";
  }
});

required("[data-copy]").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(area.value);
    toast(t("tasks.copied"));
  } catch {
    // Without https browsers have no clipboard for pages; the old way still works.
    area.select();
    const done = document.execCommand("copy");
    toast(t(done ? "tasks.copied" : "tasks.copy_failed"), !done);
  }
});

if (start.begin) form.requestSubmit();
