// The page where people ask: what is typed, sent, answered; the parts stand in the ask-*.js beside this.
import { call, of, t, tenant } from "./api.js";
import { all, optional, required } from "./dom.js";
import { attempt, el, toast } from "./ui.js";
import { showTurn } from "./ask-answer.js";
import { askQuestion } from "./ask-stream.js";
import { listConversations, openSide } from "./ask-conversations.js";
import { scope, showScope } from "./ask-scope.js";
import { closeSource } from "./ask-source.js";
import { start } from "./ask-start.js";

/** @param {string} name */
const $ = (name) => required(`[data-${name}]`);
const thread = $("thread");
const composer = required("[data-composer]", HTMLFormElement);
const box = required("#question", HTMLTextAreaElement);
const DRAFT = `draft:${tenant}:${start.person}`;
// After an answer a phone's keyboard must not jump up again.
const touch = matchMedia("(hover: none) and (pointer: coarse)").matches;
/** @type {number | null} */
let conversation = null; // id, or null while nothing has been asked
/** @type {AbortController | null} */
let working = null; // AbortController of the question being answered

// -- the composer -------------------------------------------------------------------------------------------------

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

// What stands over the foot of the page hides nothing that is scrolled to, and no toast hides it (base.css).
const foot = required(".ask-foot");
new ResizeObserver(() => {
  const stays = getComputedStyle(foot).position === "sticky";
  document.documentElement.style.setProperty("--foot", stays ? `${foot.offsetHeight}px` : "0px");
}).observe(foot);

/** @param {string} text */
function write(text) {
  box.value = text;
  sessionStorage.setItem(DRAFT, text);
  fit();
}

box.addEventListener("input", () => {
  sessionStorage.setItem(DRAFT, box.value);
  fit();
});
box.addEventListener("keydown", (event) => {
  // While an input method composes, Enter takes a candidate (keyCode 229: Safari, after isComposing has ended).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  composer.requestSubmit();
});
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(box.value);
});
$("stop").addEventListener("click", () => working?.abort());
$("scope").addEventListener("click", () => showScope());

/** @param {AbortController | null} controller */
function busy(controller) {
  working = controller;
  $("send").hidden = controller !== null;
  $("stop").hidden = controller === null;
}

// -- asking -------------------------------------------------------------------------------------------------------

/**
 * Ask a question in this conversation, or in a new one; `failed` is the place of one that failed before.
 * @param {string} text
 * @param {Page.Turn | null} failed
 * @param {boolean | string} card false: the person says that it is no emergency; the id of the card that is asked for
 */
async function ask(text, failed = null, card = true) {
  const question = text.trim();
  if (!question || working) return;
  const controller = new AbortController();
  busy(controller);
  thread.querySelector(".hello")?.remove();
  const turn = failed ?? showTurn(question, status, (other) => ask(question, null, other));
  thread.querySelector(".newest")?.classList.remove("newest");
  if (!failed) thread.append(turn.node);
  turn.node.classList.add("newest");
  write("");
  turn.wait(t("ask.searching"));
  turn.node.scrollIntoView({ block: "start", behavior: "smooth" });
  try {
    await askQuestion(question, { turn, signal: controller.signal, conversation: openConversation, card });
    listConversations(conversation);
    title(turn.question);
  } catch (fault) {
    if (!box.value) write(question);
    if (fault.status === 0 || fault.status >= 502) awaitService();
    turn.fail(fault, { retry: () => { write(""); ask(question, turn, card); }, edit: () => box.focus() });
  } finally {
    busy(null);
    if (!touch && !turn.isEmergency() && !document.querySelector("dialog[open]")) box.focus();
  }
}

/**
 * The conversation the question goes to, begun where there is none.
 * @param {AbortSignal} signal
 */
async function openConversation(signal) {
  const wanted = scope();
  if (conversation === null) {
    /** @type {Api.Conversation} */
    const made = await call("POST", of("conversations"), wanted, { signal });
    conversation = made.id;
    history.pushState({ conversation }, "", `/t/${tenant}/ask/${conversation}`);
  }
  return { id: conversation, ...wanted };
}

/** @param {string} text */
function status(text) {
  $("status").textContent = text;
}

// -- conversations ------------------------------------------------------------------------------------------------

/** @param {string} text */
function title(text) {
  const heading = $("title");
  if (!text || heading.textContent === t("ask.title")) heading.textContent = text || t("ask.title");
}

async function hello() {
  const places = scope().collections ?? [];
  const query = places.map((slug) => `collections=${encodeURIComponent(slug)}`).join("&");
  const starts = el("ul", { class: "starts" });
  const examples = el("div", {});
  const node = el("div", { class: "hello" },
    el("h2", {}, t("ask.hello")), el("p", {}, t("ask.hello_more")), examples);
  thread.replaceChildren(node);
  if (start.next_step) {
    const { text, href, label } = start.next_step;
    examples.append(el("p", { class: "notice" }, text, " ", href ? el("a", { href }, label) : null));
    return;
  }
  /** @type {{question: string}[]} */
  const found = (await attempt(() => call("GET", `${of("suggestions")}?${query}`))) ?? [];
  if (!found.length || !node.isConnected) return;
  starts.append(...found.map((one) =>
    el("li", {}, el("button", { type: "button", onclick: () => ask(one.question) }, one.question))));
  examples.append(el("h3", {}, t("ask.try")), starts);
}

/**
 * Show a conversation; null is a new one.
 * @param {number | null} id
 * @returns {Promise<void>}
 */
async function show(id, { push = true } = {}) {
  working?.abort();
  closeSource();
  openSide(false);
  conversation = id;
  if (push) history.pushState({ conversation: id }, "", `/t/${tenant}/ask${id === null ? "" : `/${id}`}`);
  $("title").textContent = t("ask.title");
  listConversations(id);
  if (id === null) {
    scope({ collections: null, as_of: null });
    await hello();
    if (!touch) box.focus();
    return;
  }
  thread.replaceChildren(el("p", { class: "working" }, t("common.loading")));
  /** @type {Required<Api.Conversation> | undefined} */
  const whole = await attempt(() => call("GET", of("conversations", id)));
  if (conversation !== id) return;
  if (!whole) return show(null);
  scope(whole);
  title(whole.title);
  thread.replaceChildren(...whole.messages.map((message) => {
    const { question } = message.answer;
    const turn = showTurn(question, status, (other) => ask(question, null, other));
    turn.finish(message);
    return turn.node;
  }));
  thread.lastElementChild?.scrollIntoView({ block: "start" });
}

for (const button of all("[data-new]")) button.addEventListener("click", () => show(null));
document.addEventListener("ask:show", (event) => show(/** @type {CustomEvent<number | null>} */ (event).detail));
document.addEventListener("ask:script", () => show(conversation, { push: false }));
document.addEventListener("ask:scope", () => { if (thread.querySelector(".hello")) hello(); });
addEventListener("popstate", ({ state }) => {
  const id = state?.conversation ?? null;
  if (id === conversation) closeSource();
  else show(id, { push: false });
});
// -- no network, or a service that is being started again -----------------------------------------------------------

const POLL = 3000; // milliseconds
let awaited = false;

function online() {
  const notice = $("offline");
  notice.hidden = navigator.onLine && !awaited;
  notice.textContent = t(navigator.onLine ? "common.restarting" : "ask.offline");
}

/** Say that the service does not answer, until it does. */
async function awaitService() {
  if (awaited) return;
  awaited = true;
  while (awaited) {
    online();
    await new Promise((done) => setTimeout(done, POLL));
    awaited = !(await fetch("/readyz").then(({ ok }) => ok, () => false));
  }
  online();
  toast(t("common.back_again"));
}

addEventListener("online", online);
addEventListener("offline", online);

history.replaceState({ conversation: start.conversation }, "");
online();
await show(start.conversation, { push: false });
write(sessionStorage.getItem(DRAFT) ?? "");
const given = new URLSearchParams(location.search).get("q"); // a link that puts a question into the box
if (given && start.conversation === null) write(given);
