// Managers: who reads and edits which collection.
import { call, of, t } from "./api.js";
import { attempt, toast } from "./ui.js";

for (const card of document.querySelectorAll("[data-collection]")) {
  const path = (subject) => of("rights", card.dataset.collection, subject);
  for (const level of card.querySelectorAll("[data-subject]")) {
    let before = level.value;
    level.addEventListener("change", async () => {
      const subject = path(level.dataset.subject);
      const change = level.value === "none" ? ["DELETE", subject] : ["PUT", subject, { level: level.value }];
      if (await attempt(() => call(...change))) {
        before = level.value;
        toast(t("common.saved"));
      } else level.value = before;
    });
  }
  card.querySelector("[data-add]")?.addEventListener("change", ({ target }) => attempt(async () => {
    await call("PUT", path(target.value), { level: "read" });
    location.reload();
  }));
}
