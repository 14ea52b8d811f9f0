// What the frame of every page does: the menu, the interface language, signing out.
import { call } from "./api.js";
import { attempt } from "./ui.js";

const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

for (const button of document.querySelectorAll("[data-locale]")) {
  button.addEventListener("click", () => attempt(async () => {
    const locale = button.dataset.locale;
    document.cookie = `locale=${locale}; path=/; max-age=31536000; samesite=lax`;
    if (document.querySelector("[data-sign-out]")) await call("PATCH", "/api/v1/me", { locale });
    location.reload();
  }));
}

document.querySelector("[data-sign-out]")?.addEventListener("click", () => attempt(async () => {
  await call("DELETE", "/api/v1/session");
  location.assign("/sign-in");
}));
