// Managers: who reads and edits which collection, and who sees people's data in it.
import { call, of, t } from "./api.js";
import { all, optional } from "./dom.js";
import { attempt, toast } from "./ui.js";

for (const card of all("[data-collection]")) {
  /** @param {string | undefined} subject */
  const path = (subject) => of("rights", card.dataset.collection, subject);
  for (const level of all("[data-subject]", HTMLSelectElement, card)) {
    let before = level.value;
    level.addEventListener("change", async () => {
      const subject = path(level.dataset.subject);
      const change = () => (level.value === "none" ? call("DELETE", subject) : call("PUT", subject, { level: level.value }));
      if (await attempt(change)) {
        before = level.value;
        toast(t("common.saved"));
      } else level.value = before;
    });
  }
  const add = optional("[data-add]", HTMLSelectElement, card);
  add?.addEventListener("change", () => attempt(async () => {
    await call("PUT", path(add.value), { level: "read" });
    location.reload();
  }));
  /** @param {string | undefined} subject */
  const personal = (subject) => of("rights", card.dataset.collection, subject, "personal-data");
  const show = optional("[data-show-personal]", HTMLSelectElement, card);
  show?.addEventListener("change", () => attempt(async () => {
    await call("PUT", personal(show.value));
    location.reload();
  }));
  for (const button of all("[data-hide-personal]", HTMLButtonElement, card)) {
    button.addEventListener("click", () => attempt(async () => {
      await call("DELETE", personal(button.dataset.hidePersonal));
      location.reload();
    }));
  }
}
