// Managers: people and invitations.
import { call, of, t } from "./api.js";
import { attempt, confirmed, onSubmit, toast } from "./ui.js";
import { dialogs, menus, shown } from "./people-parts.js";

dialogs();
menus();

for (const row of document.querySelectorAll("[data-id]")) {
  const { id, name } = row.dataset;
  const role = row.querySelector("[data-role]");
  let before = role.value;
  role.addEventListener("change", async () => {
    const done = await attempt(() => call("PATCH", of("members", id), { role: role.value }));
    if (done) {
      before = role.value;
      toast(t("common.saved"));
    } else role.value = before;
  });
  row.querySelector("[data-reset]").addEventListener("click", () => attempt(async () => {
    const { link } = await call("POST", of("members", id, "reset"));
    await shown(t("manage.reset"), t("manage.reset_hint", { name }), link);
  }));
  row.querySelector("[data-remove]").addEventListener("click", () => attempt(async () => {
    if (!(await confirmed(t("manage.remove_sure", { name }), { danger: true, yes: t("manage.remove") }))) return;
    await call("DELETE", of("members", id));
    location.reload();
  }));
}

for (const row of document.querySelectorAll("[data-invitation]")) {
  const { invitation: id, name } = row.dataset;
  row.querySelector("[data-renew]").addEventListener("click", () => attempt(async () => {
    const { link } = await call("POST", of("invitations", id, "link"));
    await handOut(name, link);
  }));
  row.querySelector("[data-withdraw]").addEventListener("click", () => attempt(async () => {
    await call("DELETE", of("invitations", id));
    location.reload();
  }));
}

const form = document.querySelector("[data-form=invite]");
const levels = [...form.querySelectorAll("[name=collection]")];

/** Only editors and owners may get the right to edit. */
function fitLevels() {
  const edits = ["editor", "owner"].includes(form.elements.role.value);
  for (const level of levels) {
    const option = level.querySelector("[value=edit]");
    option.disabled = option.hidden = !edits;
    if (!edits && level.value === "edit") level.value = "read";
  }
}
form.elements.role.addEventListener("change", fitLevels);
fitLevels();

onSubmit(form, async ({ email, role }) => {
  const collections = Object.fromEntries(levels.filter((one) => one.value).map((one) => [one.dataset.slug, one.value]));
  const { link } = await call("POST", of("invitations"), { email, role, collections });
  form.closest("dialog").close();
  await handOut(email, link);
});

async function handOut(name, link) {
  await shown(t("manage.invitation_link"), t("manage.invitation_link_hint", { name }), link);
  location.reload();
}
