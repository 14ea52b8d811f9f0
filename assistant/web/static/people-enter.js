// The pages before signing in: sign-in, set-up, an invitation, a new password.
import { call } from "./api.js";
import { showPasswords } from "./people-parts.js";
import { onSubmit } from "./ui.js";

const form = document.querySelector("form[data-form]");

showPasswords();

const sends = {
  async "sign-in"({ email, password }) {
    await call("POST", "/api/v1/session", { email, password });
    location.assign(form.dataset.next);
  },
  async "set-up"({ token, tenant_name: name, slug, contact, name: person, email, password }) {
    const tenant = slug === undefined ? null : { slug, name, contact };
    const take_over = new FormData(form).getAll("take_over");
    const locale = document.documentElement.lang.startsWith("zh") ? "zh-HK" : "en";
    await call("POST", "/api/v1/set-up", { token, tenant, take_over, email, name: person, password, locale });
    location.assign("/");
  },
  async invitation({ name, password }) {
    const { token } = form.dataset;
    await call("POST", "/api/v1/invitations/accept", { token, ...(name && { name }), ...(password && { password }) });
    location.assign("/");
  },
  async reset({ password }) {
    await call("POST", "/api/v1/reset", { token: form.dataset.token, password });
    location.assign("/");
  },
};

if (form) onSubmit(form, sends[form.dataset.form]);
if (form?.dataset.form === "set-up") prepareSetUp(form.elements);

/** The part for a new organisation opens on choice; its short name is suggested from the name or the e-mail. */
function prepareSetUp(fields) {
  const part = document.getElementById("new-organisation");
  fields.make_new?.addEventListener("change", ({ target }) => {
    part.hidden = !target.checked;
    for (const input of part.querySelectorAll("input")) input.disabled = !target.checked;
  });
  let own = false;
  fields.slug.addEventListener("input", () => { own = fields.slug.value !== ""; });
  const suggest = () => {
    if (!own) fields.slug.value = suggested(fields.tenant_name.value, fields.email.value);
  };
  fields.tenant_name.addEventListener("input", suggest);
  fields.email.addEventListener("change", suggest);
}

function suggested(name, email) {
  const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
  const found = plain(name);
  if (found.length >= 3) return found;
  const domain = plain(email.split("@")[1]?.split(".")[0] ?? "");
  const theirs = domain.length >= 3 && !["gmail", "hotmail", "outlook", "yahoo", "icloud"].includes(domain);
  return theirs ? domain : name ? "our-ngo" : "";
}
