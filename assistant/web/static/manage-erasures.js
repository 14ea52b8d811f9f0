// Certificates of deletion: printed, searched again, and read anew while a search is at work.
import { call, of } from "./api.js";
import { all, optional } from "./dom.js";
import { attempt } from "./ui.js";

const WAIT_MS = 3000;

optional("[data-print]")?.addEventListener("click", () => print());
for (const button of all("[data-search]", HTMLButtonElement)) {
  button.addEventListener("click", () => attempt(async () => {
    await call("POST", of("erasures", button.dataset.search, "search"));
    location.reload();
  }));
}
if (optional("[data-waiting]")) setTimeout(() => location.reload(), WAIT_MS);
