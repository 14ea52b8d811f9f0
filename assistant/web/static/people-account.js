// One's own account.
import { call } from "./api.js";
import { onSubmit } from "./ui.js";
import { showPasswords } from "./people-parts.js";

showPasswords();

onSubmit(document.querySelector("[data-form=me]"), async ({ name, locale }) => {
  await call("PATCH", "/api/v1/me", { name, locale });
  document.cookie = `locale=${locale}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
});

const password = document.querySelector("[data-form=password]");
if (password) {
  onSubmit(password, async ({ current, password: chosen }) => {
    await call("PUT", "/api/v1/me/password", { current, password: chosen });
    location.reload();
  });
}
