// The managers' page of collections: made, renamed, removed.
import { call, of, t } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, confirmed, onSubmit } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const renameForm = required("[data-rename-form]", HTMLFormElement);
const again = () => location.reload();

closeButtons();
required("[data-new]").addEventListener("click", () => required("[data-new-dialog]", HTMLDialogElement).showModal());
onSubmit(required("[data-new-form]", HTMLFormElement), async ({ name, open }) => {
  await call("POST", of("collections"), { name, open: open === "on" });
  again();
});
onSubmit(renameForm, async ({ name }) => {
  await call("PATCH", of("collections", renameForm.dataset.slug), { name });
  again();
});
for (const row of all("[data-slug]")) {
  const { slug, name, documents } = row.dataset;
  const full = documents !== "0";
  optional("[data-rename]", HTMLElement, row)?.addEventListener("click", () => {
    renameForm.dataset.slug = slug;
    field(renameForm, "name").value = name ?? "";
    required("[data-rename-dialog]", HTMLDialogElement).showModal();
  });
  optional("[data-remove]", HTMLElement, row)?.addEventListener("click", () => attempt(async () => {
    if (!(await confirmed(full ? t("library.remove_full_collection_sure", { name, n: documents }) : t("library.remove_collection_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await call("DELETE", of("collections", `${slug}${full ? "?documents=true" : ""}`));
    again();
  }));
}
