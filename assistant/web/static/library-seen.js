// What search sees of a version: its passages beside the page; the passage pointed at is marked where it stands.
import { call, of, t } from "./api.js";
import { el } from "./ui.js";
import { soon } from "./library-parts.js";

const WIDTH = 1200;
const $ = (selector) => document.querySelector(selector);

/** Return `{open(version), show(chunk id)}`; `here(...)` gives addresses of the document, `opened` hears of a change. */
export function seen(here, opened) {
  const list = $("[data-chunks]");
  const image = $("[data-image]");
  const marks = $("[data-marks]");
  let version = null;
  let nodes = new Map();
  let page = 0;

  function turn(to) {
    if (!version.drawn || to < 1 || to > version.page_count) return;
    if (to !== page) {
      page = to;
      image.src = `${of("versions", version.id, "pages", `${page}.webp`)}?width=${WIDTH}`;
      image.alt = t("library.page_n", { n: page });
      marks.replaceChildren();
    }
    $("[data-page-number]").textContent = `${t("library.page_n", { n: page })} / ${version.page_count}`;
    $("[data-previous]").disabled = page <= 1;
    $("[data-next]").disabled = page >= version.page_count;
  }

  function mark(chunk, node, stay) {
    list.querySelector(".here")?.classList.remove("here");
    node.classList.add("here");
    const first = chunk.boxes[0]?.page ?? chunk.pages[0];
    if (first && !(stay && chunk.pages.includes(page))) turn(first);
    draw(chunk);
  }

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
    if (box) $("[data-page]").scrollTop = box.y0 * image.clientHeight - 80;
  }

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

  async function open(chosen) {
    if (!chosen || chosen.state === "indexing") return;
    const at = ["versions", chosen.id];
    const [chunks, outline, kind] = await Promise.all([call("GET", here(...at, "chunks")), call("GET", here(...at, "outline")), call("GET", here(...at, "kind"))]);
    version = { ...chosen, drawn: kind !== "text", page_count: chosen.page_count ?? 1 };
    nodes = new Map();
    page = 0;
    list.replaceChildren(...chunks.map(row));
    $("[data-seen-version]").textContent = t("library.version_n", { n: chosen.number });
    $("[data-page]").hidden = !version.drawn;
    $("[data-page-bar]").hidden = !version.drawn || version.page_count < 2;
    $("[data-no-pages]").hidden = version.drawn;
    $("[data-seen]").classList.toggle("alone", !version.drawn);
    showOutline(outline);
    turn(1);
    opened(chosen);
  }

  function showOutline(outline) {
    const named = outline.filter((one) => one.heading);
    const rows = named.map((one) => el("li", { dataset: { level: Math.min(one.level, 6) } }, one.heading));
    $("[data-outline]").replaceChildren(...(rows.length ? rows : [el("li", { class: "quiet" }, t("library.no_outline"))]));
  }

  const find = $("[data-find]");
  find.addEventListener("input", soon(() => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { chunk, node } of nodes.values()) {
      const text = `${chunk.clause ?? ""} ${chunk.heading_path.join(" ")} ${chunk.text}`.toLowerCase();
      node.hidden = !words.every((word) => text.includes(word));
    }
  }, 150));
  image.addEventListener("load", () => {
    const here = nodes.get(Number(list.querySelector(".here")?.dataset.chunk));
    if (here) draw(here.chunk);
  });
  $("[data-previous]").addEventListener("click", () => turn(page - 1));
  $("[data-next]").addEventListener("click", () => turn(page + 1));

  return {
    open,
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
