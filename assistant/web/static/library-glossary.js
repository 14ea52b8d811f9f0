// The managers' page of the glossary: terms added, changed, removed, brought in from CSV.
import { call, of, t } from "./api.js";
import { all, field, required } from "./dom.js";
import { attempt, confirmed, onSubmit } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const COLUMNS = ["written", "colloquial", "english", "abbreviations"];
const form = required("[data-term-form]", HTMLFormElement);
const again = () => location.reload();

/**
 * @param {string | undefined} id empty for a new term
 * @param {Record<string, string>} values
 */
function edit(id, values) {
  form.dataset.id = id;
  for (const column of COLUMNS) field(form, column).value = values[column] ?? "";
  required("#term-title").textContent = t(id ? "library.term_edit" : "library.term_new");
  required("[data-term-dialog]", HTMLDialogElement).showModal();
}

closeButtons();
required("[data-new]").addEventListener("click", () => edit("", {}));
required("[data-import]").addEventListener("click", () => required("[data-import-dialog]", HTMLDialogElement).showModal());
onSubmit(form, async (values) => {
  const { id } = form.dataset;
  await call(id ? "PUT" : "POST", id ? of("glossary", id) : of("glossary"), values);
  again();
});
onSubmit(required("[data-import-form]", HTMLFormElement), async ({ file, replace }) => {
  await call("POST", of("glossary", "import"), { csv: await file.text(), replace: replace === "on" });
  again();
});
for (const row of all("[data-id]")) {
  if (row === form) continue;
  const values = () => Object.fromEntries(COLUMNS.map((column) => [column, required(`[data-column="${column}"]`, HTMLElement, row).textContent]));
  required("[data-edit]", HTMLElement, row).addEventListener("click", () => edit(row.dataset.id, values()));
  required("[data-remove]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    const name = Object.values(values()).find(Boolean);
    if (!(await confirmed(t("library.term_remove_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await call("DELETE", of("glossary", row.dataset.id));
    again();
  }));
}
