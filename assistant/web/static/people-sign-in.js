// The pages before signing in: sign-in, set-up, an invitation, a new password.
import { call } from "./api.js";
import { all, optional, required } from "./dom.js";
import { showPasswords } from "./people-parts.js";
import { attempt, onSubmit } from "./ui.js";

const form = optional("form[data-form]", HTMLFormElement);

showPasswords();

/** @type {Record<string, (form: HTMLFormElement, values: Record<string, string>) => Promise<void>>} */
const sends = {
  async "sign-in"(form, { email, password }) {
    await call("POST", "/api/v1/session", { email, password });
    location.assign(form.dataset.next ?? "/");
  },
  async "set-up"(form, { token, tenant_name: name, contact, name: person, email, password }) {
    const tenant = name === undefined ? null : { name, contact };
    const take_over = new FormData(form).getAll("take_over");
    const locale = document.documentElement.lang.startsWith("zh") ? "zh-HK" : "en";
    await call("POST", "/api/v1/set-up", { token, tenant, take_over, email, name: person, password, locale });
    location.assign("/");
  },
  async invitation(form, { email, name, password }) {
    const { token, bound } = form.dataset;
    const filled = { ...(!bound && email && { email }), ...(name && { name }), ...(password && { password }) };
    await call("POST", "/api/v1/invitations/accept", { token, ...filled });
    location.assign("/");
  },
  async reset(form, { password }) {
    await call("POST", "/api/v1/reset", { token: form.dataset.token, password });
    location.assign("/");
  },
};

if (form) onSubmit(form, (values) => sends[form.dataset.form ?? ""](form, values));
if (form?.dataset.form === "set-up") prepareSetUp(form);
// The page was opened by a person: a messenger that shows a preview of a link runs no script.
if (form?.dataset.form === "invitation") attempt(() => call("POST", "/api/v1/invitations/opened", { token: form.dataset.token }));

/**
 * The part for a new organisation opens on choice.
 * @param {HTMLFormElement} form
 */
function prepareSetUp(form) {
  const makeNew = optional("[name=make_new]", HTMLInputElement, form);
  makeNew?.addEventListener("change", () => {
    const part = required("#new-organisation");
    part.hidden = !makeNew.checked;
    for (const input of all("input", HTMLInputElement, part)) input.disabled = !makeNew.checked;
  });
}
