// Managers: people and invitations.
import { call, of, t } from "./api.js";
import { all, field, required } from "./dom.js";
import { attempt, confirmed, onSubmit, toast } from "./ui.js";
import { dialogs, menus, showSecret } from "./people-parts.js";

dialogs();
menus();

for (const row of all("[data-id]")) {
  const { id, name } = row.dataset;
  const role = required("[data-role]", HTMLSelectElement, row);
  let before = role.value;
  role.addEventListener("change", async () => {
    const done = await attempt(() => call("PATCH", of("members", id), { role: role.value }));
    if (done) {
      before = role.value;
      toast(t("common.saved"));
    } else role.value = before;
  });
  required("[data-reset]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    const { link } = await call("POST", of("members", id, "reset"));
    await showSecret(t("manage.reset"), t("manage.reset_hint", { name }), link);
  }));
  required("[data-remove]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    if (!(await confirmed(t("manage.remove_sure", { name }), { danger: true, yes: t("manage.remove") }))) return;
    await call("DELETE", of("members", id));
    location.reload();
  }));
}

for (const row of all("[data-invitation]")) {
  const { invitation: id, name = "" } = row.dataset;
  required("[data-renew]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    const { link } = await call("POST", of("invitations", id, "link"));
    await handOut(name, link);
  }));
  required("[data-withdraw]", HTMLElement, row).addEventListener("click", () => attempt(async () => {
    await call("DELETE", of("invitations", id));
    location.reload();
  }));
}

const form = required("[data-form=invite]", HTMLFormElement);
const roleField = field(form, "role", HTMLSelectElement);
const levels = all("[name=collection]", HTMLSelectElement, form);

/** Only editors and owners may get the right to edit. */
function fitLevels() {
  const edits = ["editor", "owner"].includes(roleField.value);
  for (const level of levels) {
    const option = required("[value=edit]", HTMLOptionElement, level);
    option.disabled = option.hidden = !edits;
    if (!edits && level.value === "edit") level.value = "read";
  }
}
roleField.addEventListener("change", fitLevels);
fitLevels();

onSubmit(form, async ({ email, role }) => {
  const collections = Object.fromEntries(levels.filter((one) => one.value).map((one) => [one.dataset.slug, one.value]));
  const { link } = await call("POST", of("invitations"), { email, role, collections });
  form.closest("dialog")?.close();
  await handOut(email, link);
});

/**
 * @param {string} name whom the link is for
 * @param {string} link
 */
async function handOut(name, link) {
  await showSecret(t("manage.invitation_link"), t("manage.invitation_link_hint", { name }), link);
  location.reload();
}
