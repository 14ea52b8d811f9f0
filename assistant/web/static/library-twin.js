// The line of a document's page about its copy in the other language: which it is, how it is known, whether it is right.
import { call, of, t, tenant } from "./api.js";
import { required } from "./dom.js";
import { attempt, confirmed, el, onSubmit } from "./ui.js";
import { start } from "./library-parts.js";

const doc = start.document;
const here = of("documents", doc.id, "twin");
const place = required("[data-twin]");
const mine = doc.versions.find((one) => one.id === doc.main_version_id);
/**
 * @param {number} id
 * @param {...string} parts
 */
const page = (id, ...parts) => ["/t", tenant, "library", id, ...parts].join("/");
const PAGE = 200;

/** Read the twin and show it; the line stands empty until then. */
async function show() {
  /** @type {Api.Pair} */
  const told = await call("GET", here);
  place.replaceChildren(...(told.twin ? pair(told, told.twin) : nobody()));
}

/**
 * @param {Api.Pair} told
 * @param {Api.PairedCopy} twin
 */
function pair(told, twin) {
  return [
    el("span", {}, el("a", { href: page(twin.id), lang: twin.language }, twin.title), " ", el("span", { class: "quiet" }, t(`twins.${told.state}`))),
    el("span", { class: "row twin-ways" },
      el("a", { class: "button plain small", href: page(doc.id, "twin") }, t("twins.side_by_side")),
      differing(told),
      ...(doc.editable ? [button(t("twins.part"), () => part(twin)), button(t("twins.name_other"), choose)] : [])),
  ];
}

/** @param {Api.Pair} told */
function differing(told) {
  if (!told.matched) return el("span", { class: "quiet" }, t("twins.being_matched"));
  if (!told.differing) return el("span", { class: "quiet" }, t("twins.differing_none"));
  const words = told.differing === 1 ? t("twins.differing_one") : t("twins.differing_n", { n: told.differing });
  return el("a", { class: "badge warn", href: `${page(doc.id, "twin")}?only=differing` }, words);
}

function nobody() {
  const able = doc.editable && mine?.state === "published";
  return [el("span", { class: "row" }, el("span", { class: "quiet" }, t("twins.none")), able ? button(t("twins.name"), choose) : null)];
}

/**
 * @param {string} words
 * @param {() => Promise<void>} job
 */
const button = (words, job) => el("button", { type: "button", class: "quiet-button small", onclick: () => attempt(job) }, words);

/** @param {Api.PairedCopy} twin */
async function part(twin) {
  if (!(await confirmed(t("twins.part_sure", { title: twin.title }), { yes: t("twins.part") }))) return;
  await call("DELETE", here);
  await show();
}

/** All published documents in the other language that the reader may read. */
async function candidates() {
  const english = mine?.language === "en";
  /** @type {Api.DocumentRow[]} */
  const found = [];
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const filter = new URLSearchParams({ status: "published", offset: String(offset), limit: String(PAGE), ...(english ? {} : { language: "en" }) });
    /** @type {{total: number, items: Api.DocumentRow[]}} */
    const told = await call("GET", `${of("documents")}?${filter}`);
    total = told.total;
    found.push(...told.items.filter((one) => (one.language === "en") !== english));
  }
  return found.sort((one, other) => one.title.localeCompare(other.title));
}

async function choose() {
  const others = await candidates();
  const language = t(`twins.lang_${mine?.language === "en" ? "chinese" : "english"}`);
  const cancel = el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.cancel"));
  const options = others.map((one) => el("option", { value: one.id }, one.title === one.name ? one.title : `${one.title} (${one.name})`));
  const form = el("form", { class: "stack" },
    el("h2", { id: "twin-choose" }, t("twins.choose")),
    others.length
      ? el("label", {}, t("twins.choose_label", { language }), el("select", { name: "document_id", required: true }, options), el("span", { class: "hint" }, t("twins.choose_hint")))
      : el("p", {}, t("twins.choose_none")),
    el("div", { class: "actions" }, cancel, others.length ? el("button", { type: "submit" }, t("common.save")) : null));
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", { "aria-labelledby": "twin-choose" }, form);
  onSubmit(form, async ({ document_id: id }) => {
    await call("PUT", here, { document_id: Number(id) });
    dialog.close();
    await show();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

attempt(show);
