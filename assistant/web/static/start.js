// The first steps: a document, a colleague, a question. A step is marked when the service says that it is done.
import { call, of, t, tenant } from "./api.js";
import { optional, required } from "./dom.js";
import { attempt, el } from "./ui.js";
import { closeButtons } from "./library-parts.js";
import { startUploads } from "./library-uploads.js";
import { startInviting } from "./people-invite.js";

/** Mark the steps that are done, and offer questions once there is a document. */
async function refresh() {
  /** @type {Record<string, boolean>} */
  const steps = await call("GET", of("first-steps"));
  for (const name of ["document", "colleague", "question"]) {
    const step = optional(`[data-step=${name}]`);
    if (!step) continue;
    step.toggleAttribute("data-done", steps[name]);
    required("[data-done-badge]", HTMLElement, step).hidden = !steps[name];
  }
  required("[data-no-documents]").hidden = steps.document;
  if (steps.document) await offer();
}

async function offer() {
  /** @type {{question: string}[]} */
  const found = await call("GET", of("suggestions"));
  required("[data-examples]").replaceChildren(...found.slice(0, 3).map(({ question }) =>
    el("li", {}, el("a", { href: `/t/${tenant}/ask?q=${encodeURIComponent(question)}` }, question))));
}

required("[data-dismiss]").addEventListener("click", () => attempt(async () => {
  await call("PUT", of("first-steps"), { dismissed: true });
  location.assign(`/t/${tenant}/ask`);
}));
closeButtons();
startUploads(() => attempt(refresh));
const inviting = optional("[data-inviting]");
if (inviting) startInviting(inviting, () => attempt(refresh));
attempt(refresh);
