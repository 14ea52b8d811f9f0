// The page where people ask: what is typed, sent, answered; the parts stand in the ask-*.js beside this.
import { call, of, t, tenant } from "./api.js";
import { attempt, el } from "./ui.js";
import { showTurn } from "./ask-answer.js";
import { asked } from "./ask-stream.js";
import { listTalks, openSide } from "./ask-talks.js";
import { scope, showScope } from "./ask-scope.js";
import { closeSource } from "./ask-source.js";
import { start } from "./ask-start.js";

const $ = (name) => document.querySelector(`[data-${name}]`);
const thread = $("thread");
const box = document.getElementById("question");
const DRAFT = `draft:${tenant}:${start.person}`;
// After an answer a phone's keyboard must not jump up again.
const touch = matchMedia("(hover: none) and (pointer: coarse)").matches;
let conversation = null; // id, or null while nothing has been asked
let working = null; // AbortController of the question being answered

// -- the composer -------------------------------------------------------------------------------------------------

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

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
  $("composer").requestSubmit();
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(box.value);
});
$("stop").addEventListener("click", () => working?.abort());
$("scope").addEventListener("click", () => showScope());

function busy(controller) {
  working = controller;
  $("send").hidden = controller !== null;
  $("stop").hidden = controller === null;
}

// -- asking -------------------------------------------------------------------------------------------------------

/** Ask a question in this conversation, or in a new one; `turn` is the place of one that failed before. */
async function ask(text, turn = null) {
  const question = text.trim();
  if (!question || working) return;
  const controller = new AbortController();
  busy(controller);
  thread.querySelector(".hello")?.remove();
  const shown = turn ?? showTurn(question, status);
  thread.querySelector(".newest")?.classList.remove("newest");
  if (!turn) thread.append(shown.node);
  shown.node.classList.add("newest");
  write("");
  shown.wait(t("ask.searching"));
  shown.node.scrollIntoView({ block: "start", behavior: "smooth" });
  try {
    await asked(question, { shown, signal: controller.signal, conversation: ensured });
    listTalks(conversation);
    title(shown.question);
  } catch (fault) {
    if (!box.value) write(question);
    shown.fail(fault, { retry: () => { write(""); ask(question, shown); }, edit: () => box.focus() });
  } finally {
    busy(null);
    if (!touch && !document.querySelector("dialog[open]")) box.focus();
  }
}

async function ensured(signal) {
  const wanted = scope();
  if (conversation === null) {
    const made = await call("POST", of("conversations"), wanted, { signal });
    conversation = made.id;
    history.pushState({ conversation }, "", `/t/${tenant}/ask/${conversation}`);
  }
  return { id: conversation, ...wanted };
}

function status(text) {
  $("status").textContent = text;
}

// -- conversations ------------------------------------------------------------------------------------------------

function title(text) {
  const heading = $("title");
  if (!text || heading.textContent === t("ask.title")) heading.textContent = text || t("ask.title");
}

async function hello() {
  const places = scope().collections ?? [];
  const query = places.map((slug) => `collections=${encodeURIComponent(slug)}`).join("&");
  const starts = el("ul", { class: "starts" });
  const node = el("div", { class: "hello" },
    el("h2", {}, t("ask.hello")), el("p", {}, t("ask.hello_more")), el("div", {}));
  thread.replaceChildren(node);
  const found = (await attempt(() => call("GET", `${of("suggestions")}?${query}`))) ?? [];
  if (!found.length || !node.isConnected) return;
  starts.append(...found.map((one) =>
    el("li", {}, el("button", { type: "button", onclick: () => ask(one.question) }, one.question))));
  node.lastChild.append(el("h3", {}, t("ask.try")), starts);
}

/** Show a conversation; null is a new one. */
async function show(id, { push = true } = {}) {
  working?.abort();
  closeSource();
  openSide(false);
  conversation = id;
  if (push) history.pushState({ conversation: id }, "", `/t/${tenant}/ask${id === null ? "" : `/${id}`}`);
  $("title").textContent = t("ask.title");
  listTalks(id);
  if (id === null) {
    scope({ collections: null, as_of: null });
    await hello();
    if (!touch) box.focus();
    return;
  }
  thread.replaceChildren(el("p", { class: "working" }, t("common.loading")));
  const whole = await attempt(() => call("GET", of("conversations", id)));
  if (conversation !== id) return;
  if (!whole) return show(null);
  scope(whole);
  title(whole.title);
  thread.replaceChildren(...whole.messages.map((message) => {
    const turn = showTurn(message.answer.question, status);
    turn.finish(message);
    return turn.node;
  }));
  thread.lastElementChild?.scrollIntoView({ block: "start" });
}

for (const button of document.querySelectorAll("[data-new]")) button.addEventListener("click", () => show(null));
document.addEventListener("ask:show", ({ detail }) => show(detail));
document.addEventListener("ask:script", () => show(conversation, { push: false }));
document.addEventListener("ask:scope", () => { if (thread.querySelector(".hello")) hello(); });
addEventListener("popstate", ({ state }) => {
  const id = state?.conversation ?? null;
  if (id === conversation) closeSource();
  else show(id, { push: false });
});
const online = () => { $("offline").hidden = navigator.onLine; };
addEventListener("online", online);
addEventListener("offline", online);

history.replaceState({ conversation: start.conversation }, "");
online();
await show(start.conversation, { push: false });
write(sessionStorage.getItem(DRAFT) ?? "");
const given = new URLSearchParams(location.search).get("q"); // a link that puts a question into the box
if (given && start.conversation === null) write(given);
