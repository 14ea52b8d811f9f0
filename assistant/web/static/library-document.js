// A document's page: its versions and what may be done with them, its details, a question tried on it.
import { call, events, of, t, tenant } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, confirmed, el, onSubmit } from "./ui.js";
import { closeButtons, inForce, languageName, start, stateBadge } from "./library-parts.js";
import { passageView } from "./library-passages.js";

const doc = start.document;
/** @param {...(string | number | undefined)} parts */
const here = (...parts) => of("documents", doc.id, ...parts);
const view = passageView(here, (version) => {
  required("[data-original]", HTMLAnchorElement).href = of("versions", version.id, "original");
  for (const button of all("[data-version]", HTMLButtonElement)) {
    button.setAttribute("aria-pressed", String(button.dataset.version === String(version.id)));
  }
});

const again = () => location.reload();

/**
 * An action on a version, after asking; the page is read anew, for everything on it may have changed.
 * @param {Api.Version} version
 * @param {string} action
 * @param {string} question
 */
const act = (version, action, question) => () => attempt(async () => {
  if (!(await confirmed(question))) return;
  await call("POST", here("versions", version.id, action));
  again();
});

/** @param {Api.Version} version */
function actions(version) {
  if (!doc.editable) return null;
  const n = version.number;
  /** @type {HTMLElement[]} */
  const made = [];
  /**
   * @param {string} name
   * @param {() => unknown} job
   */
  const add = (name, job, kind = "plain small") => made.push(el("button", { type: "button", class: kind, onclick: job }, t(`library.${name}`)));
  if (version.state === "draft") add("publish", act(version, "publish", t("library.publish_sure")), "small");
  if (["superseded", "withdrawn"].includes(version.state)) add("restore", act(version, "publish", t("library.restore_sure", { n })));
  if (["published", "superseded"].includes(version.state)) add("withdraw", act(version, "withdraw", t("library.withdraw_sure", { n })));
  if (version.state !== "indexing") add("edit_dates", () => editDates(version));
  if (version.state !== "indexing" && doc.versions.length > 1) {
    add("delete_version", () => attempt(async () => {
      if (!(await confirmed(t("library.delete_version_sure", { n }), { danger: true, yes: t("library.delete") }))) return;
      await call("DELETE", here("versions", version.id));
      again();
    }), "quiet-button small bad-words");
  }
  return el("span", { class: "row" }, made);
}

/** @param {string} text */
const note = (text) => (text.startsWith("attached_to:") ? t("library.note_attached_to", { what: text.slice(12) }) : text);

/** @param {Api.Version} version */
function versionRow(version) {
  const facts = [
    version.page_count ? t("library.pages", { n: version.page_count }) : null,
    version.language ? languageName(version.language) : null,
    version.issued ? `${t("library.issued")} ${version.issued}` : null,
    `${t("library.uploaded")} ${version.created_at.slice(0, 10)}`,
    ...version.notes.filter((one) => one.startsWith("attached_to:")).map(note),
  ];
  const force = inForce(version.effective_from, version.effective_to);
  return el("li", {},
    el("div", { class: "row spread" },
      el("span", { class: "row" },
        el("button", { type: "button", class: "quiet-button small version-name", dataset: { version: version.id }, "aria-pressed": "false", onclick: () => attempt(() => view.open(version)) }, t("library.version_n", { n: version.number })),
        stateBadge(version.state)),
      actions(version)),
    force ? el("span", {}, `${t("library.in_force")}：${force}`) : null,
    el("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")));
}

/** @param {Api.Version} version */
function editDates(version) {
  const dialog = required("[data-dates-dialog]", HTMLDialogElement);
  const form = required("form", HTMLFormElement, dialog);
  required("[data-dates-version]", HTMLElement, dialog).textContent = t("library.version_n", { n: version.number });
  field(form, "effective_from").value = version.effective_from ?? "";
  field(form, "effective_to").value = version.effective_to ?? "";
  form.dataset.version = String(version.id);
  dialog.showModal();
}

function prepareForms() {
  closeButtons();
  const datesForm = required("[data-dates-form]", HTMLFormElement);
  onSubmit(datesForm, async (values) => {
    const dates = Object.fromEntries(Object.entries(values).map(([name, day]) => [name, day || null]));
    await call("PATCH", here("versions", datesForm.dataset.version), dates);
    again();
  });
  optional("[data-edit]")?.addEventListener("click", () => required("[data-edit-dialog]", HTMLDialogElement).showModal());
  onSubmit(required("[data-edit-form]", HTMLFormElement), async (values) => {
    /** @type {Record<string, string | null>} */
    const changes = { owner: values.owner.trim(), review_on: values.review_on || null };
    if (values.title.trim() !== doc.title) changes.title = values.title.trim();
    await call("PATCH", here(), changes);
    again();
  });
  optional("[data-delete]")?.addEventListener("click", () => attempt(async () => {
    if (!(await confirmed(t("library.delete_sure", { name: doc.title }), { danger: true, yes: t("library.delete") }))) return;
    await call("DELETE", here());
    location.assign(`/t/${tenant}/${start.manages ? "manage/erasures" : "library"}`);
  }));
}

/** @param {File} file */
async function replace(file) {
  const notice = required("[data-notice]");
  notice.hidden = false;
  notice.className = "notice";
  notice.textContent = t("library.replacing");
  const form = new FormData();
  form.append("replaces", String(doc.id));
  form.append("files", file, file.name);
  /** @type {Api.Upload[]} */
  const [upload] = await call("POST", of("collections", doc.collection, "uploads"), form);
  let last = upload;
  while (["queued", "working"].includes(last.status)) {
    for await (const { event, data } of events("GET", of("uploads", "events"))) {
      if (event === "uploads") last = /** @type {Api.Upload[]} */ (data).find((one) => one.id === upload.id) ?? last;
      const stage = last.stage ? t(`library.stage_${last.stage}`) : "";
      notice.textContent = `${t("library.replacing")} ${stage} ${last.total ? `${last.done} / ${last.total}` : ""}`;
      if (!["queued", "working"].includes(last.status)) break;
    }
  }
  if (last.status === "failed") {
    notice.className = "notice bad";
    notice.textContent = last.error?.message ?? "";
  } else if (last.status === "unchanged") notice.textContent = t("library.st_unchanged");
  else again();
}

function prepareReplacing() {
  const input = optional("[data-file]", HTMLInputElement);
  optional("[data-replace]")?.addEventListener("click", () => input?.click());
  input?.addEventListener("change", () => attempt(async () => {
    const [file] = input.files ?? [];
    input.value = "";
    if (file) await replace(file);
  }));
}

function prepareTrial() {
  const form = required("[data-trial]", HTMLFormElement);
  const found = required("[data-trial-found]");
  onSubmit(form, async ({ question }) => {
    /** @type {Api.Trial} */
    const trial = await call("POST", here("trial"), { question });
    if (!trial.searched) return found.replaceChildren(el("p", { class: "notice warn" }, t("library.trial_unsearched")));
    if (!trial.passages.length) return found.replaceChildren(el("p", { class: "notice warn" }, t("library.trial_none")));
    const rows = trial.passages.map((one) => el("li", {},
      el("button", { type: "button", class: "quiet-button", onclick: () => view.show(one.chunk_id) },
        el("span", {},
          el("strong", {}, t("library.trial_rank", { rank: one.rank })), " ",
          el("span", { class: "quiet" }, [t("library.trial_score", { score: one.score.toFixed(3) }), one.clause ? t("library.clause_n", { n: one.clause }) : null, one.pages.length ? t("library.page_n", { n: one.pages[0] }) : null].filter(Boolean).join(" · ")),
          el("span", { class: "clamp" }, one.text)))));
    found.replaceChildren(
      el("p", { class: "quiet" }, t("library.trial_of", { n: trial.considered, first: trial.first })),
      el("ol", { class: "trial-found" }, rows));
    return undefined;
  });
}

required("[data-versions]").replaceChildren(...[...doc.versions].reverse().map(versionRow));
prepareForms();
prepareReplacing();
prepareTrial();
attempt(() => view.open(doc.versions.find((one) => one.id === doc.main_version_id)));
