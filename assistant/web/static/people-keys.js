// Managers: API keys.
import { call, of, t } from "./api.js";
import { attempt, confirmed, onSubmit } from "./ui.js";
import { dialogs, shown } from "./people-parts.js";

dialogs();

for (const row of document.querySelectorAll("[data-id]")) {
  row.querySelector("[data-revoke]")?.addEventListener("click", () => attempt(async () => {
    const question = t("manage.revoke_sure", { name: row.dataset.name });
    if (!(await confirmed(question, { danger: true, yes: t("manage.revoke") }))) return;
    await call("DELETE", of("keys", row.dataset.id));
    location.reload();
  }));
}

const form = document.querySelector("[data-form=key]");
const boxes = [...form.querySelectorAll("[name=collection]")];
form.elements.all.addEventListener("change", ({ target }) => {
  for (const box of boxes) box.disabled = target.checked;
});

onSubmit(form, async ({ name, days }) => {
  const chosen = new FormData(form);
  const body = {
    name,
    abilities: chosen.getAll("ability"),
    collections: form.elements.all.checked ? null : chosen.getAll("collection"),
    expires_in_days: days ? Number(days) : null,
  };
  const { token } = await call("POST", of("keys"), body);
  form.closest("dialog").close();
  await shown(t("manage.key_made"), t("manage.key_made_hint"), token);
  location.reload();
});
