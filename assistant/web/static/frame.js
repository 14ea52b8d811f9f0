// What the frame of every page does: the menu, the interface language, signing out.
import { call } from "./api.js";
import { all, optional, required } from "./dom.js";
import { attempt } from "./ui.js";

const menu = optional("details.menu", HTMLDetailsElement);
if (menu) {
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      required("summary", HTMLElement, menu).focus();
    }
  });
}

for (const button of all("[data-locale]")) {
  button.addEventListener("click", () => attempt(async () => {
    const locale = button.dataset.locale;
    document.cookie = `locale=${locale}; path=/; max-age=31536000; samesite=lax`;
    if (optional("[data-sign-out]")) await call("PATCH", "/api/v1/me", { locale });
    location.reload();
  }));
}

optional("[data-sign-out]")?.addEventListener("click", () => attempt(async () => {
  await call("DELETE", "/api/v1/session");
  location.assign("/sign-in");
}));
