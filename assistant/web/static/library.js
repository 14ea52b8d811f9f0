// The page of the library: the list of documents, searched and filtered; uploads are in library-uploads.js.
import { call, of, t, tenant } from "./api.js";
import { optional, required } from "./dom.js";
import { attempt, el } from "./ui.js";
import { closeButtons, inForce, languageName, soon, start, stateBadge } from "./library-parts.js";
import { chooser, nowListed, startBulk } from "./library-bulk.js";
import { startUploads } from "./library-uploads.js";

const PAGE = 50;
const list = required("[data-documents]");
const more = required("[data-more]");
const filter = required("[data-filter]", HTMLFormElement);
const names = Object.fromEntries(start.collections.map((one) => [one.slug, one.name]));
const editable = new Set(start.collections.filter((one) => one.editable).map((one) => one.slug));
/** @type {Api.DocumentRow[]} */
let listed = [];
/** @type {AbortController | null} */
let asking = null;

function wanted() {
  const values = new URLSearchParams(/** @type {[string, string][]} */ ([...new FormData(filter)]));
  for (const [name, value] of [...values]) if (!value.trim()) values.delete(name);
  return values;
}

/** @param {Api.DocumentRow} one */
function row(one) {
  const facts = [
    start.collections.length > 1 ? names[one.collection] : null,
    t("library.version_n", { n: one.version }),
    one.page_count ? t("library.pages", { n: one.page_count }) : null,
    one.language ? languageName(one.language) : null,
    inForce(one.effective_from, one.effective_to) || null,
    one.owner ? `${t("library.owner")}：${one.owner}` : null,
    one.review_on && editable.has(one.collection) ? `${t("library.review_on")}：${one.review_on}` : null,
  ];
  const words = new FormData(filter).get("q");
  const found = one.found;
  const at = found ? `?${new URLSearchParams({ q: String(words), chunk: String(found.chunk_id) })}` : "";
  return el("li", {},
    editable.has(one.collection) ? chooser(one) : null,
    el("a", { class: "document", href: `/t/${tenant}/library/${one.id}${at}` },
      el("span", { class: "document-title" }, one.title),
      one.title === one.name ? null : el("span", { class: "quiet document-name" }, one.name),
      found ? el("span", { class: "document-found" }, found.page ? `${t("library.page_n", { n: found.page })}：` : null, found.before, el("mark", {}, found.words), found.after) : null,
      el("span", { class: "quiet document-facts" }, facts.filter(Boolean).join(" · "))),
    el("span", { class: "badges" },
      one.personal_data ? el("span", { class: `badge ${one.personal_data === "waiting" ? "warn" : "plain"}` }, t(`library.badge_data_${one.personal_data}`)) : null,
      one.review_due ? el("span", { class: "badge warn" }, t("library.review_now")) : null,
      one.draft && one.status !== "draft" ? el("span", { class: "badge warn" }, t("library.draft_waiting")) : null,
      stateBadge(one.status)));
}

/** @param {boolean} fresh read the first page, not the next */
async function load(fresh) {
  asking?.abort();
  asking = new AbortController();
  const values = wanted();
  if (fresh) history.replaceState(null, "", values.size ? `?${values}` : location.pathname);
  const filtered = [...values.keys()].some((name) => name !== "order");
  values.set("offset", String(fresh ? 0 : listed.length));
  values.set("limit", String(PAGE));
  /** @type {{total: number, items: Api.DocumentRow[]}} */
  const found = await call("GET", `${of("documents")}?${values}`, undefined, { signal: asking.signal });
  const rows = found.items.map(row);
  if (fresh) list.replaceChildren(...rows);
  else list.append(...rows);
  listed = fresh ? found.items : [...listed, ...found.items];
  nowListed(listed);
  const all = optional("[data-pick-all]");
  if (all) all.hidden = !listed.some((one) => editable.has(one.collection));
  more.hidden = listed.length >= found.total;
  const none = filtered ? t("library.none_found") : start.takes ? t("library.none_yet") : start.next_step?.text ?? t("library.none_yet_reader");
  required("[data-count]").textContent = found.total ? t("library.count", { n: found.total }) : none;
  if (!fresh) rows[0]?.querySelector("a")?.focus();
}

for (const [name, value] of new URLSearchParams(location.search)) {
  const field = filter.elements.namedItem(name);
  if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value === field.value;
  else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
}
const reload = () => attempt(() => load(true));
filter.addEventListener("input", soon(reload));
filter.addEventListener("submit", (event) => {
  event.preventDefault();
  reload();
});
more.addEventListener("click", () => attempt(() => load(false)));
closeButtons();
startBulk(reload);
reload();
startUploads(reload);
