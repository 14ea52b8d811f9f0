// The managers' page of the glossary: terms added, changed, removed, brought in from CSV.
import { call, of, t } from "./api.js";
import { attempt, confirmed, onSubmit } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const COLUMNS = ["written", "colloquial", "english", "abbreviations"];
const $ = (selector) => document.querySelector(selector);
const form = $("[data-term-form]");
const again = () => location.reload();

function edit(id, values) {
  form.dataset.id = id;
  for (const column of COLUMNS) form.elements[column].value = values[column] ?? "";
  $("#term-title").textContent = t(id ? "library.term_edit" : "library.term_new");
  $("[data-term-dialog]").showModal();
}

closeButtons();
$("[data-new]").addEventListener("click", () => edit("", {}));
$("[data-import]").addEventListener("click", () => $("[data-import-dialog]").showModal());
onSubmit(form, async (values) => {
  const { id } = form.dataset;
  await call(id ? "PUT" : "POST", id ? of("glossary", id) : of("glossary"), values);
  again();
});
onSubmit($("[data-import-form]"), async ({ file, replace }) => {
  await call("POST", of("glossary", "import"), { csv: await file.text(), replace: replace === "on" });
  again();
});
for (const row of document.querySelectorAll("[data-id]")) {
  if (row === form) continue;
  const values = () => Object.fromEntries(COLUMNS.map((column) => [column, row.querySelector(`[data-column="${column}"]`).textContent]));
  row.querySelector("[data-edit]").addEventListener("click", () => edit(row.dataset.id, values()));
  row.querySelector("[data-remove]").addEventListener("click", () => attempt(async () => {
    const name = Object.values(values()).find(Boolean);
    if (!(await confirmed(t("library.term_remove_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await call("DELETE", of("glossary", row.dataset.id));
    again();
  }));
}
