// What search sees of a version: its passages beside the page; the passage pointed at is marked where it stands.
import { call, of, t } from "./api.js";
import { optional, required } from "./dom.js";
import { el } from "./ui.js";
import { soon } from "./library-parts.js";

const WIDTH = 1200;

/**
 * Show a version's passages. Returns `open(version)` and `show(chunk id)`.
 * @param {(...parts: (string | number)[]) => string} here gives addresses of the document
 */
export function passageView(here) {
  const list = required("[data-chunks]");
  const image = required("[data-chunk-image]", HTMLImageElement);
  const marks = required("[data-chunk-marks]");
  const previous = required("[data-chunk-previous]", HTMLButtonElement);
  const next = required("[data-chunk-next]", HTMLButtonElement);
  const pageBox = required("[data-chunk-page]");
  let version = { id: 0, drawn: false, page_count: 1 };
  /** @type {Map<number, {chunk: Api.Chunk, node: HTMLElement}>} */
  let nodes = new Map();
  let page = 0;

  /** @param {number} to */
  function turn(to) {
    if (!version.drawn || to < 1 || to > version.page_count) return;
    if (to !== page) {
      page = to;
      image.src = `${of("versions", version.id, "pages", `${page}.webp`)}?width=${WIDTH}`;
      image.alt = t("library.page_n", { n: page });
      marks.replaceChildren();
    }
    required("[data-chunk-page-number]").textContent = `${t("library.page_n", { n: page })} / ${version.page_count}`;
    previous.disabled = page <= 1;
    next.disabled = page >= version.page_count;
  }

  /**
   * @param {Api.Chunk} chunk
   * @param {HTMLElement} node
   * @param {boolean} stay do not turn the page where the passage is on it already
   */
  function mark(chunk, node, stay) {
    optional(".here", HTMLElement, list)?.classList.remove("here");
    node.classList.add("here");
    const first = chunk.boxes[0]?.page ?? chunk.pages[0];
    if (first && !(stay && chunk.pages.includes(page))) turn(first);
    draw(chunk);
  }

  /** @param {Api.Chunk} chunk */
  function draw(chunk) {
    marks.style.height = `${image.clientHeight}px`;
    marks.replaceChildren(...chunk.boxes.filter((box) => box.page === page).map((box) => {
      const node = el("div", { class: "page-mark" });
      Object.assign(node.style, {
        left: `${box.x0 * 100}%`, top: `${box.y0 * 100}%`, width: `${(box.x1 - box.x0) * 100}%`, height: `${(box.y1 - box.y0) * 100}%`,
      });
      return node;
    }));
    const box = chunk.boxes.find((one) => one.page === page);
    if (box) pageBox.scrollTop = box.y0 * image.clientHeight - 80;
  }

  /** @param {Api.Chunk} chunk */
  function row(chunk) {
    const head = [
      t("library.chunk_n", { n: chunk.ordinal + 1 }),
      chunk.clause ? t("library.clause_n", { n: chunk.clause }) : null,
      chunk.pages.length ? t("library.page_n", { n: chunk.pages.join(", ") }) : null,
      t("library.tokens", { n: chunk.tokens }),
    ];
    const node = el("li", { class: "chunk", tabindex: "0", dataset: { chunk: chunk.id } },
      el("div", { class: "chunk-head" }, head.filter(Boolean).map((one) => el("span", {}, one))),
      chunk.heading_path.length ? el("div", { class: "chunk-head" }, chunk.heading_path.join(" › ")) : null,
      el("p", { class: "chunk-text" }, chunk.text));
    node.addEventListener("mouseenter", () => mark(chunk, node, true));
    node.addEventListener("focus", () => mark(chunk, node, true));
    nodes.set(chunk.id, { chunk, node });
    return node;
  }

  /** @param {Api.Version | undefined} chosen */
  async function open(chosen) {
    if (!chosen || chosen.state === "indexing") return;
    const at = ["versions", chosen.id];
    const [chunks, kind] = await Promise.all([call("GET", here(...at, "chunks")), call("GET", here(...at, "kind"))]);
    version = { id: chosen.id, drawn: kind !== "text", page_count: chosen.page_count ?? 1 };
    nodes = new Map();
    page = 0;
    list.replaceChildren(...chunks.map(row));
    required("[data-seen-version]").textContent = t("library.version_n", { n: chosen.number });
    pageBox.hidden = !version.drawn;
    required("[data-chunk-bar]").hidden = !version.drawn || version.page_count < 2;
    required("[data-no-pages]").hidden = version.drawn;
    required("[data-seen]").classList.toggle("alone", !version.drawn);
    turn(1);
  }

  const find = required("[data-find]", HTMLInputElement);
  find.addEventListener("input", soon(() => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { chunk, node } of nodes.values()) {
      const text = `${chunk.clause ?? ""} ${chunk.heading_path.join(" ")} ${chunk.text}`.toLowerCase();
      node.hidden = !words.every((word) => text.includes(word));
    }
  }, 150));
  image.addEventListener("load", () => {
    const here = nodes.get(Number(optional(".here", HTMLElement, list)?.dataset.chunk));
    if (here) draw(here.chunk);
  });
  previous.addEventListener("click", () => turn(page - 1));
  next.addEventListener("click", () => turn(page + 1));

  return {
    open,
    /** @param {number} id */
    show(id) {
      const found = nodes.get(id);
      if (!found) return;
      found.node.hidden = false;
      found.node.scrollIntoView({ block: "nearest", behavior: "smooth" });
      found.node.focus();
      mark(found.chunk, found.node, false);
    },
  };
}
