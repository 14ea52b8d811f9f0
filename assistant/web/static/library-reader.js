// A version for reading: its pages or its text, its outline, words looked for in it. A link to a place lands on it.
import { call, of, t } from "./api.js";
import { all, field, required } from "./dom.js";
import { attempt, el } from "./ui.js";
import { content, leftOut } from "./ask-text-view.js";
import { highlight } from "./ask-page-view.js";
import { isWide } from "./library-parts.js";

const BLOCKS = 40; // blocks of text read at a time

/**
 * Set the reader going. Returns `open(version, place)`; `place` may have a page, words, a chunk and its quoted characters.
 * @param {(...parts: (string | number)[]) => string} here gives addresses of the document
 */
export function startReader(here) {
  const image = required("[data-image]", HTMLImageElement);
  const marks = required("[data-marks]");
  const textBox = required("[data-text]");
  const pageBox = required("[data-page]");
  const pageField = required("[data-page-field]", HTMLInputElement);
  const form = required("[data-find-form]", HTMLFormElement);
  let version = { id: 0, drawn: false, page_count: 1, language: "" };
  let view = "page";
  let page = 0;
  /** @type {Api.Box[]} */
  let lit = [];
  /** @type {Api.Block[]} the blocks of text read so far, from the first on */
  let blocks = [];
  let complete = false;
  let path = "";
  /** @type {number[]} pages that are not shown as pictures */
  let hiddenPages = [];

  /** @param {number} number */
  function address(number) {
    const pixels = Math.ceil((pageBox.clientWidth || 800) * Math.min(devicePixelRatio, 2));
    return `${of("versions", version.id, "pages", `${number}.webp`)}?width=${Math.min(2000, Math.max(pixels, 480))}`;
  }

  /** @param {number} to */
  function turn(to) {
    if (!version.drawn || !(to >= 1 && to <= version.page_count)) {
      pageField.value = String(page);
      return;
    }
    page = to;
    const hidden = hiddenPages.includes(page);
    required("[data-page-hidden]").hidden = !hidden;
    required("[data-sheet]").hidden = hidden;
    if (hidden) image.removeAttribute("src");
    else image.src = address(page);
    image.alt = t("library.page_n", { n: page });
    pageField.value = String(page);
    required("[data-page-told]").textContent = `${t("library.page_n", { n: page })} / ${version.page_count}`;
    required("[data-previous]", HTMLButtonElement).disabled = page <= 1;
    required("[data-next]", HTMLButtonElement).disabled = page >= version.page_count;
    marks.replaceChildren(...lit.filter((one) => one.page === page).map(highlight));
    pageBox.scrollTop = 0;
  }

  image.addEventListener("load", () => {
    const [first] = marks.children;
    if (first) first.scrollIntoView({ block: "center" });
    if (page < version.page_count && !hiddenPages.includes(page + 1)) new Image().src = address(page + 1);
  });
  image.addEventListener("error", () => { if (version.drawn) image.alt = t("library.page_failed"); });

  /** @param {string} wanted "page" or "text" */
  async function choose(wanted) {
    view = version.drawn ? wanted : "text";
    for (const button of all("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    pageBox.hidden = view !== "page";
    if (view !== "page") required("[data-page-hidden]").hidden = true;
    else if (page) required("[data-page-hidden]").hidden = !hiddenPages.includes(page);
    textBox.hidden = view !== "text";
    required("[data-turning]").hidden = view !== "page" || version.page_count < 2;
    if (view === "page" && !page) turn(1);
    if (view === "text" && !blocks.length) await more();
  }

  /** Read the next blocks of text. */
  async function more() {
    /** @type {Api.Block[]} */
    const found = await call("GET", `${of("versions", version.id, "text")}?first=${blocks.length}&count=${BLOCKS}`);
    complete = found.length < BLOCKS;
    blocks = [...blocks, ...found];
    textBox.querySelector("[data-more]")?.remove();
    textBox.append(...found.map(block));
    if (!complete) textBox.append(el("button", { type: "button", class: "plain small", dataset: { more: "" }, onclick: () => attempt(more) }, t("library.read_on")));
  }

  /** @param {Api.Block} one */
  function block(one) {
    const heading = one.heading_path.join(" › ");
    const head = heading && heading !== path ? el("p", { class: "path" }, heading) : null;
    path = heading;
    return el("section", { lang: version.language, dataset: { block: one.ordinal } }, head, ...content(one.text, 0, 0, leftOut(one)));
  }

  /**
   * Go to a block of the text; the characters start–end are marked.
   * @param {number} ordinal
   */
  async function goToBlock(ordinal, start = 0, end = 0) {
    await choose("text");
    while (!complete && !blocks.some((one) => one.ordinal === ordinal)) await more();
    const one = blocks.find((other) => other.ordinal === ordinal);
    const node = all(`[data-block="${ordinal}"]`, HTMLElement, textBox)[0];
    if (!one || !node) return;
    for (const mark of all("mark", HTMLElement, textBox)) mark.replaceWith(...mark.childNodes);
    const head = node.querySelector(".path");
    // Offsets count characters; JavaScript counts some of Hong Kong's own characters twice.
    /** @param {number} characters */
    const units = (characters) => [...one.text].slice(0, characters).join("").length;
    if (end) node.replaceChildren(...(head ? [head] : []), ...content(one.text, units(start), units(end), leftOut(one)));
    (node.querySelector("mark") ?? node).scrollIntoView({ block: end ? "center" : "start" });
  }

  /**
   * Go to characters of a chunk, on its page where it has one.
   * @param {number} chunk
   * @param {number | null} ordinal
   * @param {number} start
   * @param {number} [end] the chunk's end by default
   */
  async function goToQuote(chunk, ordinal, start, end) {
    if (view === "text" && ordinal !== null && end !== undefined) return goToBlock(ordinal, start, end);
    /** @type {Api.OpenedSource} */
    const source = await call("GET", `${of("chunks", chunk, "source")}?start=${start}${end === undefined ? "" : `&end=${end}`}`);
    const quoted = source.blocks.find((one) => one.chunk_id === chunk);
    if (!source.drawn) return goToBlock(quoted?.ordinal ?? 0, quoted?.start ?? 0, quoted?.end ?? 0);
    lit = source.marks;
    await choose("page");
    turn(source.pages[0] ?? 1);
    return undefined;
  }

  /** @param {Api.Section[]} outline */
  function showOutline(outline) {
    const rows = outline.filter((one) => one.heading && (version.drawn ? one.page || one.block !== null : one.block !== null)).map((one) =>
      el("li", { dataset: { level: Math.min(one.level, 6) } }, el("button", { type: "button", onclick: () => attempt(async () => {
        lit = [];
        if (view === "page" && one.page) turn(one.page);
        else if (one.block !== null) await goToBlock(one.block);
        if (!isWide()) required(".reader-main").scrollIntoView();
      }) }, one.heading)));
    const box = required("[data-outline-box]", HTMLDetailsElement);
    box.hidden = !rows.length;
    box.open = isWide() && rows.length > 0;
    required("[data-outline]").replaceChildren(...rows);
  }

  /**
   * Look for words; resolves to the places.
   * @param {string} words
   * @param {number} [chunk] show this place, not the first
   */
  async function find(words, chunk) {
    const box = required("[data-found-box]");
    box.hidden = !words;
    lit = [];
    marks.replaceChildren();
    if (!words) return;
    /** @type {Api.Found[]} */
    const places = await call("GET", `${here("versions", version.id, "find")}?${new URLSearchParams({ q: words })}`);
    required("[data-found-count]").textContent = places.length ? t("library.found_n", { n: places.length }) : t("library.found_none");
    const buttons = places.map((one) => el("button", { type: "button" },
      el("span", { class: "quiet" }, [one.page ? t("library.page_n", { n: one.page }) : null, one.clause ? t("library.clause_n", { n: one.clause }) : one.heading].filter(Boolean).join(" · ")),
      one.before, el("mark", {}, one.words), one.after));
    buttons.forEach((button, index) => button.addEventListener("click", () => attempt(() => show(index))));
    required("[data-found]").replaceChildren(...buttons.map((button) => el("li", {}, button)));
    /** @param {number} index */
    async function show(index) {
      buttons.forEach((button, other) => (other === index ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current")));
      const one = places[index];
      await goToQuote(one.chunk_id, one.ordinal, one.start, one.end);
      if (!isWide()) required(".reader-main").scrollIntoView();
    }
    if (places.length) await show(Math.max(0, places.findIndex((one) => one.chunk_id === chunk)));
  }

  for (const button of all("[data-view]")) button.addEventListener("click", () => attempt(() => choose(button.dataset.view ?? "page")));
  required("[data-previous]").addEventListener("click", () => turn(page - 1));
  required("[data-next]").addEventListener("click", () => turn(page + 1));
  pageField.addEventListener("change", () => turn(Number(pageField.value)));
  pageBox.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" || event.key === "PageUp") turn(page - 1);
    else if (event.key === "ArrowRight" || event.key === "PageDown") turn(page + 1);
    else return;
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => find(field(form, "q").value.trim()));
  });
  form.addEventListener("input", () => { if (!field(form, "q").value) attempt(() => find("")); });

  /**
   * @param {Api.Version} chosen
   * @param {URLSearchParams} place q, page, chunk, start, end
   * @param {number[]} notShown pages that are not shown as pictures
   */
  return async function open(chosen, place = new URLSearchParams(), notShown = []) {
    hiddenPages = notShown;
    const [outline, kind] = await Promise.all([call("GET", here("versions", chosen.id, "outline")), call("GET", here("versions", chosen.id, "kind"))]);
    version = { id: chosen.id, drawn: kind !== "text", page_count: chosen.page_count ?? 1, language: chosen.language };
    [page, lit, blocks, complete, path] = [0, [], [], false, ""];
    textBox.replaceChildren();
    marks.replaceChildren();
    required("[data-bar]").hidden = !version.drawn;
    required("[data-page-count]").textContent = String(version.page_count);
    pageField.max = String(version.page_count);
    showOutline(outline);
    const chunk = Number(place.get("chunk"));
    const words = place.get("q");
    field(form, "q").value = words ?? "";
    await choose("page");
    if (words) await find(words, chunk);
    else if (chunk) await goToQuote(chunk, null, Number(place.get("start")), place.has("end") ? Number(place.get("end")) : undefined);
    else if (place.get("page")) turn(Number(place.get("page")));
  };
}
