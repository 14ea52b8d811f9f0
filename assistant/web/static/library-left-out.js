// What answers leave out of a version: for its editors, with "it is fine, quote it" for each sentence.
import { call, t } from "./api.js";
import { optional, required } from "./dom.js";
import { attempt, el } from "./ui.js";

/**
 * Show what is left out of a version; the card stays hidden where there is nothing.
 * @param {(...parts: (string | number | undefined)[]) => string} here
 * @param {Api.Version} version
 */
export async function showLeftOut(here, version) {
  if (!optional("[data-left-out]")) return;
  const card = required("[data-left-out]");
  const path = here("versions", version.id, "left-out");
  show(await call("GET", path));

  /** @param {Api.LeftOut} found */
  function show(found) {
    card.hidden = !found.sentences.length && !found.hidden.length;
    const withheld = found.sentences.filter((one) => !one.quotable).length;
    required("[data-orders-box]").hidden = !found.sentences.length;
    required("[data-orders-told]").textContent = t(withheld === 1 ? "library.order_1" : "library.orders_n", { n: withheld });
    required("[data-orders]").replaceChildren(...found.sentences.map(sentence));
    required("[data-hidden-box]").hidden = !found.hidden.length;
    required("[data-hidden-told]").textContent = t(found.hidden.length === 1 ? "library.hidden_1" : "library.hidden_n", { n: found.hidden.length });
    required("[data-hidden-pieces]").replaceChildren(...found.hidden.map((text) => el("li", {}, el("q", {}, text))));
  }

  /** @param {Api.MarkedSentence} one */
  function sentence(one) {
    const decide = () => attempt(async () => show(await call("POST", path, { chunk_id: one.chunk_id, start: one.start, quotable: !one.quotable })));
    return el("li", { class: "row spread" },
      el("span", {}, el("q", {}, one.text), one.page ? el("span", { class: "quiet" }, ` ${t("library.page_n", { n: one.page })}`) : null),
      el("button", { type: "button", class: "plain small", onclick: decide }, t(one.quotable ? "library.never_quote" : "library.quote_it")));
  }
}
