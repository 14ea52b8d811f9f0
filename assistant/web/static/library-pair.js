// The line of a document's page about its counterpart in the other language: which it is, how it is known, change it.
import { call, of, t, tenant } from "./api.js";
import { required } from "./dom.js";
import { attempt, confirmed, el, onSubmit } from "./ui.js";
import { start } from "./library-parts.js";

const doc = start.document;
const address = of("documents", doc.id, "twin"); // the API calls the counterpart "twin"
const line = required("[data-counterpart]");
const main = doc.versions.find((one) => one.id === doc.main_version_id);
/**
 * @param {number} id
 * @param {...string} parts
 */
const page = (id, ...parts) => ["/t", tenant, "library", id, ...parts].join("/");
const PAGE = 200;

/** Fetch the pair and show it; the line is empty until then. */
async function show() {
  /** @type {Api.Pair} */
  const pair = await call("GET", address);
  line.replaceChildren(...(pair.twin ? shown(pair, pair.twin) : none()));
}

/**
 * @param {Api.Pair} pair
 * @param {Api.PairedCopy} counterpart
 */
function shown(pair, counterpart) {
  return [
    el("span", {}, el("a", { href: page(counterpart.id), lang: counterpart.language }, counterpart.title), " ", el("span", { class: "quiet" }, t(`pairs.${pair.state}`))),
    el("span", { class: "row counterpart-actions" },
      el("a", { class: "button plain small", href: page(doc.id, "twin") }, t("pairs.side_by_side")),
      differing(pair),
      ...(doc.editable ? [button(t("pairs.unpair"), () => unpair(counterpart)), button(t("pairs.name_other"), choose)] : [])),
  ];
}

/** @param {Api.Pair} pair */
function differing(pair) {
  if (!pair.matched) return el("span", { class: "quiet" }, t("pairs.being_matched"));
  if (!pair.differing) return el("span", { class: "quiet" }, t("pairs.differing_none"));
  const words = pair.differing === 1 ? t("pairs.differing_one") : t("pairs.differing_n", { n: pair.differing });
  return el("a", { class: "badge warn", href: `${page(doc.id, "twin")}?only=differing` }, words);
}

function none() {
  const able = doc.editable && main?.state === "published";
  return [el("span", { class: "row" }, el("span", { class: "quiet" }, t("pairs.none")), able ? button(t("pairs.name"), choose) : null)];
}

/**
 * @param {string} words
 * @param {() => Promise<void>} job
 */
const button = (words, job) => el("button", { type: "button", class: "quiet-button small", onclick: () => attempt(job) }, words);

/** @param {Api.PairedCopy} counterpart */
async function unpair(counterpart) {
  if (!(await confirmed(t("pairs.unpair_sure", { title: counterpart.title }), { yes: t("pairs.unpair") }))) return;
  await call("DELETE", address);
  await show();
}

/** All published documents in the other language that the reader may read. */
async function candidates() {
  const english = main?.language === "en";
  /** @type {Api.DocumentRow[]} */
  const found = [];
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const filter = new URLSearchParams({ status: "published", offset: String(offset), limit: String(PAGE), ...(english ? {} : { language: "en" }) });
    /** @type {{total: number, items: Api.DocumentRow[]}} */
    const answer = await call("GET", `${of("documents")}?${filter}`);
    total = answer.total;
    found.push(...answer.items.filter((one) => (one.language === "en") !== english));
  }
  return found.sort((one, other) => one.title.localeCompare(other.title));
}

async function choose() {
  const others = await candidates();
  const language = t(`pairs.lang_${main?.language === "en" ? "chinese" : "english"}`);
  const cancel = el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.cancel"));
  const options = others.map((one) => el("option", { value: one.id }, one.title === one.name ? one.title : `${one.title} (${one.name})`));
  const form = el("form", { class: "stack" },
    el("h2", { id: "counterpart-choose" }, t("pairs.choose")),
    others.length
      ? el("label", {}, t("pairs.choose_label", { language }), el("select", { name: "document_id", required: true }, options), el("span", { class: "hint" }, t("pairs.choose_hint")))
      : el("p", {}, t("pairs.choose_none")),
    el("div", { class: "actions" }, cancel, others.length ? el("button", { type: "submit" }, t("common.save")) : null));
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", { "aria-labelledby": "counterpart-choose" }, form);
  onSubmit(form, async ({ document_id: id }) => {
    await call("PUT", address, { document_id: Number(id) });
    dialog.close();
    await show();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

attempt(show);
