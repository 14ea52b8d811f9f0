// Managers: people and invitations.
import { call, of, t } from "./api.js";
import { all, optional, required } from "./dom.js";
import { attempt, confirmed, toast } from "./ui.js";
import { showInvitation, startInviting } from "./people-invite.js";
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
  optional("[data-renew]", HTMLElement, row)?.addEventListener("click", () => attempt(async () => {
    await showInvitation(await call("POST", of("invitations", id, "link")));
    location.reload();
  }));
  optional("[data-withdraw]", HTMLElement, row)?.addEventListener("click", () => attempt(async () => {
    if (!(await confirmed(t("manage.withdraw_sure", { name }), { danger: true, yes: t("manage.withdraw") }))) return;
    await call("DELETE", of("invitations", id));
    location.reload();
  }));
}

const inviting = required("#invite", HTMLDialogElement);
let made = 0;
startInviting(inviting, (more) => {
  made += more;
  required("[data-invite-done]", HTMLElement, inviting).hidden = false;
});
inviting.addEventListener("close", () => { if (made) location.reload(); });
if (location.hash === "#invite") inviting.showModal(); // a link from an empty page leads here
