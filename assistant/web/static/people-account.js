// One's own account.
import { call } from "./api.js";
import { optional, required } from "./dom.js";
import { QUICK_KEY, onSubmit } from "./ui.js";
import { showPasswords } from "./people-parts.js";

showPasswords();

onSubmit(required("[data-form=me]", HTMLFormElement), async ({ name, locale }) => {
  await call("PATCH", "/api/v1/me", { name, locale });
  document.cookie = `locale=${locale}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
});

// A key that is a mere sign can be in the way of who speaks to the computer: it can be switched off (WCAG 2.1.4).
const quickKey = required("[data-quick-key]", HTMLInputElement);
quickKey.checked = localStorage.getItem(QUICK_KEY) !== "off";
quickKey.addEventListener("change", () => localStorage.setItem(QUICK_KEY, quickKey.checked ? "on" : "off"));

const password = optional("[data-form=password]", HTMLFormElement);
if (password) {
  onSubmit(password, async ({ current, password: chosen }) => {
    await call("PUT", "/api/v1/me/password", { current, password: chosen });
    location.reload();
  });
}
