// A document's page: for reading, its versions and what may be done with them, its details; for editors what search sees.
import { call, events, of, t, tenant } from "./api.js";
import { all, field, optional, required } from "./dom.js";
import { attempt, confirmed, el, hiddenNote, onSubmit } from "./ui.js";
import { closeButtons, inForce, languageName, start, stateBadge } from "./library-parts.js";
import { showLeftOut } from "./library-left-out.js";
import { passageView } from "./library-passages.js";
import { dataButtons, dataState, dataWords } from "./library-personal-data.js";
import { startReader } from "./library-reader.js";
import { sendContent } from "./library-sending.js";
import { isUnfinished } from "./library-upload-line.js";

const doc = start.document;
/** @param {...(string | number | undefined)} parts */
const here = (...parts) => of("documents", doc.id, ...parts);
const inside = optional("#panel-inside"); // what search sees is for editors and evaluators
const passages = inside ? passageView(here) : null;
const read = startReader(here);
/** @type {Api.Version | undefined} */
let opened;

/**
 * @param {Api.Version | undefined} version
 * @param {URLSearchParams} [place]
 */
async function open(version, place) {
  if (!version || version.state === "indexing") return;
  opened = version;
  /** @type {Api.Hidden | null} */
  const hidden = await call("GET", here("versions", version.id, "hidden"));
  const download = required("[data-original]", HTMLAnchorElement);
  download.href = of("versions", version.id, hidden ? "text-file" : "original");
  download.textContent = t(hidden ? "common.masked_text" : "library.original");
  const note = required("[data-hidden]");
  note.hidden = !hidden;
  note.textContent = hidden ? hiddenNote(hidden.contact) : "";
  const old = required("[data-old]");
  old.hidden = version.id === doc.main_version_id && version.state === "published";
  old.textContent = t(`library.old_${version.state}`, { n: version.number });
  for (const button of all("[data-version]", HTMLButtonElement)) {
    button.setAttribute("aria-pressed", String(button.dataset.version === String(version.id)));
  }
  showData(version);
  await Promise.all([read(version, place, hidden?.pages ?? []), showLeftOut(here, version)]);
  if (inside && !inside.hidden) await passages?.open(version);
}

const again = () => location.reload();

/**
 * The people's data in the opened version, for its editors, with what can be decided about it.
 * @param {Api.Version} version
 */
function showData(version) {
  const card = optional("[data-personal]");
  if (!card) return;
  const found = version.personal_data;
  card.hidden = !found;
  if (!found) return;
  required("[data-personal-words]", HTMLElement, card).textContent = t("library.data_found", { what: dataWords(found) });
  required("[data-personal-state]", HTMLElement, card).textContent = dataState(found);
  required("[data-personal-choices]", HTMLElement, card).replaceChildren(dataButtons(found, doc.title, (decision) => attempt(async () => {
    /** @type {Api.DecisionTaken} */
    const taken = await call("POST", here("versions", version.id, "personal-data"), { decision });
    if (decision === "keep" && !start.manages) return location.assign(`/t/${tenant}/library`);
    if (!taken.rereading) return again();
    required("[data-personal-state]", HTMLElement, card).textContent = t("library.data_rereading");
    for (const button of all("button", HTMLButtonElement, card)) button.disabled = true;
    return waitUntilRead();
  })));
}

/** Wait until no file of the library is being read, then read the page anew. */
async function waitUntilRead() {
  for (let idle = false; !idle;) {
    for await (const { event } of events("GET", of("uploads", "events"))) idle = event === "idle";
  }
  again();
}

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
  const waits = version.personal_data?.is_list && ["", "waiting"].includes(version.personal_data.decision);
  if (version.state === "draft") add("publish", act(version, "publish", t(waits ? "library.data_publish_sure" : "library.publish_sure")), "small");
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
        el("button", { type: "button", class: "quiet-button small version-name", dataset: { version: version.id }, "aria-pressed": "false", onclick: () => attempt(() => open(version)) }, t("library.version_n", { n: version.number })),
        stateBadge(version.state),
        version.personal_data?.decision === "waiting" ? el("span", { class: "badge warn" }, t("library.st_undecided")) : null),
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
  if (!doc.editable) return;
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
  /** @type {Api.Upload[]} */
  const [announced] = await call("POST", of("collections", doc.collection, "uploads", "batch"), { replaces: doc.id, files: [{ name: file.name, size: file.size }] });
  let last = announced;
  if (isUnfinished(last)) {
    last = await sendContent(last.id, file, (share) => { notice.textContent = `${t("library.replacing")} ${t("library.sent_percent", { percent: Math.round(share * 100) })}`; });
  }
  while (isUnfinished(last)) {
    for await (const { event, data } of events("GET", of("uploads", "events"))) {
      if (event === "uploads") last = /** @type {Api.Upload[]} */ (data).find((one) => one.id === last.id) ?? last;
      const stage = last.stage ? t(`library.stage_${last.stage}`) : "";
      notice.textContent = `${t("library.replacing")} ${stage} ${last.total && last.stage === "read" ? t("library.pages_done", { done: last.done, total: last.total }) : ""}`;
      if (!isUnfinished(last)) break;
    }
  }
  if (last.status === "failed") {
    notice.className = "notice bad";
    notice.textContent = last.error?.message ?? "";
  } else if (last.status === "unchanged") notice.textContent = t("library.unchanged_words");
  else if (last.personal_data?.decision === "waiting") location.search = `?version=${last.personal_data.version_id}`; // what waits for a choice
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

/** The tabs of editors and evaluators: reading, and what search sees. */
function prepareTabs() {
  const tabs = all("[role=tab]", HTMLButtonElement);
  /** @param {HTMLButtonElement} chosen */
  const choose = (chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      required(`#${tab.getAttribute("aria-controls")}`).hidden = tab !== chosen;
    }
    if (chosen.id === "tab-inside") attempt(() => passages?.open(opened));
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowLeft" && key !== "ArrowRight") return;
      const other = tabs[(index + 1) % tabs.length];
      other.focus();
      choose(other);
    });
  }
}

function prepareTrial() {
  if (!inside) return;
  const form = required("[data-trial]", HTMLFormElement);
  const found = required("[data-trial-found]");
  onSubmit(form, async ({ question }) => {
    /** @type {Api.Trial} */
    const trial = await call("POST", here("trial"), { question });
    if (!trial.searched) return found.replaceChildren(el("p", { class: "notice warn" }, t("library.trial_unsearched")));
    if (!trial.passages.length) return found.replaceChildren(el("p", { class: "notice warn" }, t("library.trial_none")));
    const rows = trial.passages.map((one) => el("li", {},
      el("button", { type: "button", class: "quiet-button", onclick: () => passages?.show(one.chunk_id) },
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
const waiting = doc.versions.some((one) => one.state === "draft");
required("[data-versions-box]", HTMLDetailsElement).open = doc.editable && waiting;
prepareForms();
prepareReplacing();
prepareTabs();
prepareTrial();
const place = new URLSearchParams(location.search);
attempt(() => open(doc.versions.find((one) => String(one.id) === (place.get("version") ?? String(doc.main_version_id))), place));
