// The page of drafts: choose, draft, change by hand, copy.
import { call, of, t } from "./api.js";
import { confirmed, onSubmit, toast } from "./ui.js";
import { egress, fallback, sourceList, start } from "./tasks.js";

const $ = (selector) => document.querySelector(selector);
const form = $("[data-form]");
const area = $("[data-text]");
const working = $("[data-working]");
let written = "";

function asked({ kind, question, language, generate }) {
  const model = Boolean(form.elements.generate);
  return {
    kind,
    ...(start.message ? { message: start.message } : { question: question.trim() }),
    ...(language ? { language } : {}),
    generate: model && Boolean(generate),
  };
}

function show(made) {
  written = made.text;
  area.value = made.text;
  area.lang = made.language;
  const why = fallback(made.fallback);
  $("[data-fallback]").textContent = why;
  $("[data-fallback]").hidden = !why;
  $("[data-unsure]").hidden = !made.unsure;
  $("[data-egress]").replaceChildren(egress(made.egress));
  $("[data-sources]").replaceChildren(...sourceList(made.citations, { model: Boolean(form.elements.generate) }));
  $("[data-made]").hidden = false;
}

onSubmit(form, async (values) => {
  if (area.value !== written && !(await confirmed(t("tasks.redraft_sure")))) return;
  working.textContent = t("tasks.writing");
  try {
    show(await call("POST", of("drafts"), asked(values)));
    toast(t("tasks.ready"));
    $("#text-title").focus();
  } finally {
    working.textContent = "";
  }
});

$("[data-copy]").addEventListener("click", async () => {
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
