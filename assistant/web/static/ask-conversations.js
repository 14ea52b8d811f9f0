// The list of one's conversations: at the side on a desktop, a drawer on a phone.
import { call, of, t, tenant } from "./api.js";
import { all, optional, required } from "./dom.js";
import { attempt, confirmed, el, toast } from "./ui.js";
import { icon } from "./ask-start.js";

const DAY = 86_400_000;
const side = required("#side");
const find = required("#find", HTMLInputElement);
const list = required("[data-conversations]");
const opener = required("[data-side-open]");
const shade = required(".ask-shade");
const behind = [optional(".bar"), optional(".ask-main")];
/** @type {number | null} */
let current = null;
/** @param {number | null} id */
const show = (id) => document.dispatchEvent(new CustomEvent("ask:show", { detail: id }));

/**
 * Open or close the drawer (a phone's); on a desktop the list is always there.
 * @param {boolean} open
 */
export function openSide(open) {
  if (open === side.classList.contains("open")) return;
  side.classList.toggle("open", open);
  shade.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  for (const node of behind) if (node) node.inert = open;
  (open ? find : opener).focus();
}

opener.addEventListener("click", () => openSide(true));
for (const node of all("[data-side-close]")) node.addEventListener("click", () => openSide(false));
side.addEventListener("keydown", (event) => { if (event.key === "Escape") openSide(false); });
/** @type {number | undefined} */
let timer;
find.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => listConversations(current), 250);
});

/**
 * Fetch and show the list; `id` is the conversation on show.
 * @param {number | null} id
 */
export async function listConversations(id) {
  current = id;
  const wanted = find.value.trim();
  /** @type {Api.Conversation[] | undefined} */
  const found = await attempt(() => call("GET", `${of("conversations")}?limit=200&search=${encodeURIComponent(wanted)}`));
  if (!found || wanted !== find.value.trim()) return;
  const items = [];
  let last = "";
  for (const one of found) {
    const when = age(one.updated_at);
    if (when !== last) items.push(el("li", { class: "when" }, t((last = when))));
    items.push(item(one));
  }
  if (!items.length) items.push(el("li", { class: "quiet" }, t(wanted ? "ask.none_found" : "ask.none")));
  items.push(el("li", { class: "when" }, icon("lock", "small"), t("ask.private")));
  list.replaceChildren(...items);
}

/** @param {string} moment */
function age(moment) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const then = new Date(moment).getTime();
  return then >= midnight ? "ask.today" : then >= midnight - 7 * DAY ? "ask.week" : "ask.older";
}

/** @param {Api.Conversation} one */
function item(one) {
  return el("li", { class: "talk" },
    el("a", {
      href: `/t/${tenant}/ask/${one.id}`, title: one.title, "aria-current": one.id === current ? "page" : null,
      onclick: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        show(one.id);
      },
    }, one.title),
    el("button", { type: "button", class: "quiet-button", "aria-label": t("ask.manage", { title: one.title }), onclick: () => manage(one) }, icon("more")));
}

/** @param {Api.Conversation} one */
function manage(one) {
  const name = el("input", { name: "title", maxlength: "120", required: true });
  name.value = one.title;
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", { "aria-label": t("ask.manage_title") },
    el("form", {
      onsubmit: (event) => {
        event.preventDefault();
        attempt(async () => {
          await call("PATCH", of("conversations", one.id), { title: name.value });
          dialog.close();
          listConversations(current);
        });
      },
    },
    el("label", {}, t("ask.name"), name),
    el("div", { class: "actions spread" },
      el("button", { type: "button", class: "danger", onclick: () => { dialog.close(); remove(one); } }, t("ask.delete_talk")),
      el("span", { class: "row" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("common.cancel")),
        el("button", {}, t("common.save"))))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  name.select();
}

/** @param {Api.Conversation} one */
async function remove(one) {
  if (!(await confirmed(t("ask.delete_sure", { title: one.title }), { danger: true, yes: t("common.delete") }))) return;
  await attempt(async () => {
    await call("DELETE", of("conversations", one.id));
    toast(t("ask.deleted"));
    if (one.id === current) show(null);
    else listConversations(current);
  });
}
