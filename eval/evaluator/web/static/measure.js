// The evaluators' pages: hit test, test sets, runs, questions that went wrong.
import { call, of, t } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, confirmed, el, onSubmit, toast } from "./ui.js";

/** @param {number} ms */
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
/**
 * @param {string | undefined} name
 * @param {...string} rest
 */
const setPath = (name, ...rest) => of("test-sets", encodeURIComponent(name ?? ""), ...rest);

// ── one click into a test set ──────────────────────────────────────────────

/**
 * Ask for the test set, and add a question to it.
 * @param {string} question
 * @param {Api.TestPlace | null} place where the answer stands; null where the documents have none
 */
async function addToSet(question, place) {
  /** @type {{name: string}[]} */
  const sets = await call("GET", of("test-sets"));
  const names = el("datalist", { id: "known-sets" }, sets.map((one) => el("option", { value: one.name })));
  const name = el("input", { name: "name", required: true, maxlength: 60, list: "known-sets", value: sets[0]?.name ?? "" });
  const facts = place ? el("input", { name: "facts", maxlength: 400 }) : null;
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", { "aria-label": t("measure.which_set") },
    el("form", { class: "stack" },
      el("p", {}, question),
      place?.evidence ? el("blockquote", {}, place.evidence) : null,
      el("label", {}, t("measure.which_set"), name, names),
      facts ? el("label", {}, t("measure.facts"), facts) : null,
      el("div", { class: "actions" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.cancel")),
        el("button", { type: "submit" }, t("common.add")))));
  onSubmit(required("form", HTMLFormElement, dialog), async (values) => {
    await call("POST", setPath(values.name.trim(), "questions"), {
      question,
      answerable: Boolean(place),
      documents: place ? [place] : [],
      facts: splitFacts(values.facts ?? ""),
      kind: "logged",
    });
    dialog.close();
    toast(t("measure.added", { name: values.name }));
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {string} text */
function splitFacts(text) {
  return text.split(/[;；]/).map((fact) => fact.split(/[|｜]/).map((form) => form.trim()).filter(Boolean))
    .filter((forms) => forms.length);
}

for (const button of all("[data-no-answer]")) {
  button.addEventListener("click", () => attempt(() => addToSet(button.dataset.noAnswer ?? "", null)));
}

// ── hit test ───────────────────────────────────────────────────────────────

const hitForm = optional("#hit-test", HTMLFormElement);
if (hitForm) {
  const place = required("#found");
  onSubmit(hitForm, async (values) => {
    place.replaceChildren(el("p", { class: "quiet" }, t("common.loading")));
    try {
      /** @type {Api.HitTest} */
      const found = await call("POST", of("hit-test"), {
        question: values.question,
        collections: values.collection ? [values.collection] : null,
        as_of: values.as_of || null,
      });
      place.replaceChildren(questionCard(found), ...found.hits.map((hit) => hitCard(values.question, hit)));
      if (!found.hits.length) place.append(el("p", { class: "card" }, t("measure.none_found")));
    } catch (fault) {
      place.replaceChildren();
      throw fault;
    }
  });
  if (field(hitForm, "question").value) hitForm.requestSubmit();
}

/** @param {Api.HitTest} found how the question was understood, and whether it would be answered */
function questionCard({ question, decision }) {
  /** @param {string} side */
  const words = (side) => el("div", { class: "words" }, question.words[side].map((one) =>
    el("span", { class: one.idf === null ? "badge warn" : "badge plain", title: one.idf === null ? t("measure.nowhere") : `idf ${one.idf}` },
      `${one.word} ${one.weight}`)));
  const said = decision.refused ? "measure.decision_refuse" : "measure.decision_answer";
  return el("section", { class: "card stack" },
    el("p", { class: decision.refused ? "notice warn" : "notice" }, t(said, decision)),
    el("details", {},
      el("summary", {}, t("measure.understood")),
      el("p", {}, `${t("measure.language")}: ${question.language}`),
      el("p", {}, `${t("measure.variants")}: ${question.variants.join(" ／ ")}`),
      question.terms.length ? el("p", {}, `${t("measure.terms")}: ${question.terms.join("、")}`) : null,
      el("h3", {}, t("measure.words_own")), words("own"),
      el("h3", {}, t("measure.words_other")), words("other"),
      el("h3", {}, t("measure.scores")),
      el("p", { class: "quiet" }, Object.entries(decision.features).map(([name, value]) => `${name} ${value}`).join(" · "))),
    el("div", { class: "row" },
      el("button", { class: "plain small", type: "button", onclick: () => attempt(() => addToSet(question.text, null)) },
        t("measure.no_answer_here"))));
}

/**
 * @param {string} question
 * @param {Api.Hit} hit
 */
function hitCard(question, hit) {
  /** @param {string} name */
  const rank = (name) => el("span", { class: hit.ranks[name] ? "badge" : "badge plain" },
    `${t(`measure.rank_${name}`)} ${hit.ranks[name] ?? "–"}`);
  const where = [hit.clause, hit.pages.length ? t("measure.page", { n: hit.pages.join("–") }) : null].filter(Boolean).join(" · ");
  const evidence = hit.unit?.text ?? hit.text.slice(0, 200);
  const right = { document: hit.document, page: hit.pages[0] ?? null, clause: hit.clause, evidence };
  return el("article", { class: "card hit" },
    el("h3", {}, `${hit.title}${where ? ` · ${where}` : ""}`),
    el("p", { class: "quiet" }, hit.heading_path.join(" › ")),
    el("div", { class: "ranks" }, ["final", "fused", "dense", "lexical"].map(rank)),
    el("div", { class: "hit-text", tabindex: 0 }, ...marked(hit.text, hit.unit?.text)),
    el("p", { class: "quiet" }, [`${t("measure.scores")}: ${hit.score}`,
      ...Object.entries(hit.scores).map(([name, value]) => `${name} ${value}`)].join(" · ")),
    el("div", { class: "row" },
      el("button", { class: "plain small", type: "button", onclick: () => attempt(() => addToSet(question, right)) },
        t("measure.right_one"))));
}

/**
 * @param {string} text
 * @param {string | undefined} part
 */
function marked(text, part) {
  const at = part ? text.indexOf(part) : -1;
  if (!part || at < 0) return [text];
  return [text.slice(0, at), el("mark", { title: t("measure.best_sentence") }, part), text.slice(at + part.length)];
}

// ── test sets ──────────────────────────────────────────────────────────────

const here = location.pathname.split("/").slice(0, 4).join("/");
const importing = optional("#import-set", HTMLFormElement);
if (importing) {
  onSubmit(importing, async () => {
    const made = await call("POST", of("test-sets", "import"), new FormData(importing));
    location.assign(`${here}/sets/${encodeURIComponent(made.name)}`);
  });
}
const creating = optional("#create-set", HTMLFormElement);
if (creating) {
  onSubmit(creating, async ({ name }) => {
    const made = await call("POST", of("test-sets"), { name });
    location.assign(`${here}/sets/${encodeURIComponent(made.name)}`);
  });
}
for (const button of all("[data-remove]")) {
  button.addEventListener("click", () => attempt(async () => {
    await call("DELETE", setPath(button.dataset.set, "questions", encodeURIComponent(button.dataset.remove ?? "")));
    button.closest("tr")?.remove();
  }));
}
for (const button of all("[data-delete-set]")) {
  button.addEventListener("click", () => attempt(async () => {
    const name = button.dataset.deleteSet;
    if (!(await confirmed(t("measure.delete_set_sure", { name }), { danger: true, yes: t("common.delete") }))) return;
    await call("DELETE", setPath(name));
    location.assign(`${here}/sets`);
  }));
}

// ── runs ───────────────────────────────────────────────────────────────────

for (const button of all("[data-run]")) {
  button.addEventListener("click", () => attempt(async () => {
    await call("POST", of("runs"), { test_set: button.dataset.run });
    location.assign(`${here}/runs`);
  }));
}

const now = optional("#run-now");
if (now) {
  const starting = optional("#start-run", HTMLFormElement);
  if (starting) {
    onSubmit(starting, async ({ test_set }) => {
      await call("POST", of("runs"), { test_set });
      await follow();
    });
  }
  if ("busy" in now.dataset) attempt(follow);
}

async function follow() {
  const shown = required("#run-progress");
  shown.hidden = false;
  for (;;) {
    /** @type {Api.RunState | null} */
    const state = await call("GET", of("runs", "current"));
    if (!state || state.finished) break;
    required("p", HTMLElement, shown).textContent = t("measure.running", { name: state.test_set, done: state.done, total: state.total });
    Object.assign(required("progress", HTMLProgressElement, shown), { max: state.total || 1, value: state.done });
    await wait(800);
  }
  location.reload();
}

const comparing = optional("#compare", HTMLFormElement);
if (comparing) {
  comparing.addEventListener("submit", (event) => {
    event.preventDefault();
    location.assign(`${here}/runs/${field(comparing, "other", HTMLSelectElement).value}/compare/${comparing.dataset.name}`);
  });
}
