// Managers: API keys.
import { call, of, t } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, confirmed, onSubmit } from "./ui.js";
import { dialogs, showSecret } from "./people-parts.js";

dialogs();

for (const row of all("[data-id]")) {
  optional("[data-revoke]", HTMLElement, row)?.addEventListener("click", () => attempt(async () => {
    const question = t("manage.revoke_sure", { name: row.dataset.name });
    if (!(await confirmed(question, { danger: true, yes: t("manage.revoke") }))) return;
    await call("DELETE", of("keys", row.dataset.id));
    location.reload();
  }));
}

const form = required("[data-form=key]", HTMLFormElement);
const everything = field(form, "all");
everything.addEventListener("change", () => {
  for (const box of all("[name=collection]", HTMLInputElement, form)) box.disabled = everything.checked;
});

onSubmit(form, async ({ name, days }) => {
  const chosen = new FormData(form);
  const body = {
    name,
    abilities: chosen.getAll("ability"),
    collections: everything.checked ? null : chosen.getAll("collection"),
    expires_in_days: days ? Number(days) : null,
  };
  const { token } = await call("POST", of("keys"), body);
  form.closest("dialog")?.close();
  await showSecret(t("manage.key_made"), t("manage.key_made_hint"), token);
  location.reload();
});
