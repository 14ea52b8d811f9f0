// One's own account.
import { call } from "./api.js";
import { optional, required } from "./dom.js";
import { onSubmit } from "./ui.js";
import { showPasswords } from "./people-parts.js";

showPasswords();

onSubmit(required("[data-form=me]", HTMLFormElement), async ({ name, locale }) => {
  await call("PATCH", "/api/v1/me", { name, locale });
  document.cookie = `locale=${locale}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
});

const password = optional("[data-form=password]", HTMLFormElement);
if (password) {
  onSubmit(password, async ({ current, password: chosen }) => {
    await call("PUT", "/api/v1/me/password", { current, password: chosen });
    location.reload();
  });
}
