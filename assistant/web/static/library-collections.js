// The managers' page of collections: made, renamed, removed when empty.
import { call, of, t } from "./api.js";
import { attempt, confirmed, onSubmit } from "./ui.js";
import { closeButtons } from "./library-parts.js";

const $ = (selector) => document.querySelector(selector);
const again = () => location.reload();

closeButtons();
$("[data-new]").addEventListener("click", () => $("[data-new-dialog]").showModal());
onSubmit($("[data-new-form]"), async ({ name, slug, open }) => {
  await call("POST", of("collections"), { name, slug, open: open === "on" });
  again();
});
onSubmit($("[data-rename-form]"), async ({ name }) => {
  await call("PATCH", of("collections", $("[data-rename-form]").dataset.slug), { name });
  again();
});
for (const row of document.querySelectorAll("[data-slug]")) {
  const { slug, name } = row.dataset;
  row.querySelector("[data-rename]")?.addEventListener("click", () => {
    const form = $("[data-rename-form]");
    form.dataset.slug = slug;
    form.elements.name.value = name;
    $("[data-rename-dialog]").showModal();
  });
  row.querySelector("[data-remove]")?.addEventListener("click", () => attempt(async () => {
    if (!(await confirmed(t("library.remove_collection_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await call("DELETE", of("collections", slug));
    again();
  }));
}
