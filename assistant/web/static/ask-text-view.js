// A source as readable text: the clause with the quote marked, its neighbours before and after to scroll to.
import { call, of, t } from "./api.js";
import { attempt, el } from "./ui.js";

const STEP = 5;

/**
 * Show the text around a quote in `body`.
 * @param {Api.OpenedSource} source
 * @param {HTMLElement} body
 */
export function textView(source, body) {
  const holder = el("div", { class: "clauses" });
  let first = source.blocks[0]?.ordinal ?? 0;
  let next = (source.blocks.at(-1)?.ordinal ?? -1) + 1;
  let path = "";
  /**
   * @param {number} from
   * @param {number} count
   * @returns {Promise<Api.Block[]>}
   */
  const fetched = (from, count) => call("GET", `${of("versions", source.version_id, "text")}?first=${from}&count=${count}`);
  const before = el("button", { type: "button", class: "plain small", onclick: () => attempt(async () => {
    const from = Math.max(0, first - STEP);
    const more = await fetched(from, first - from);
    first = from;
    before.hidden = first === 0;
    const height = body.scrollHeight;
    before.after(...more.map(block));
    body.scrollTop += body.scrollHeight - height;
  }) }, "↑ ", t("ask.text_before"));
  const after = el("button", { type: "button", class: "plain small", onclick: () => attempt(async () => {
    const more = await fetched(next, STEP);
    next += STEP;
    after.hidden = more.length < STEP;
    after.before(...more.map(block));
  }) }, "↓ ", t("ask.text_after"));
  before.hidden = first === 0;
  after.hidden = source.blocks.length === 0;
  holder.append(before, ...source.blocks.map(block), after);
  body.replaceChildren(holder);
  holder.querySelector("mark")?.scrollIntoView({ block: "center" });

  /** @param {Api.Block} one */
  function block(one) {
    const here = one.heading_path.join(" › ");
    const head = here && here !== path ? el("p", { class: "path" }, here) : null;
    path = here;
    const quoted = one.start !== null;
    // Offsets count characters; JavaScript counts some of Hong Kong's own characters twice.
    /** @param {number | null | undefined} characters */
    const units = (characters) => [...one.text].slice(0, characters ?? undefined).join("").length;
    return el("section", { class: quoted ? "here" : null, lang: source.language },
      head, ...content(one.text, quoted ? units(one.start) : 0, quoted ? units(one.end) : 0, leftOut(one)));
  }
}

/**
 * The characters of a block that are never quoted, in the units of JavaScript.
 * @param {Api.Block} one
 */
export const leftOut = (one) => (one.left_out ?? []).map((span) => span.map((characters) => [...one.text].slice(0, characters).join("").length));

/**
 * Lines as paragraphs, lines with tabs as rows of a table; the characters start–end marked, what is never quoted grey.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {number[][]} [grey]
 */
export function content(text, start, end, grey = []) {
  const out = [];
  /** @type {HTMLTableElement | null} */
  let table = null;
  let at = 0;
  for (const line of text.split("\n")) {
    const cells = line.split("\t");
    let offset = at;
    const parts = cells.map((cell) => {
      const from = offset;
      offset += cell.length + 1;
      return highlighted(cell, start - from, end - from, grey.map((span) => span.map((one) => one - from)));
    });
    if (cells.length > 1) {
      if (!table) {
        table = el("table");
        out.push(el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("common.table") }, table));
      }
      table.append(el("tr", {}, ...parts.map((part) => el("td", {}, ...part))));
    } else {
      table = null;
      if (line.trim()) out.push(el("p", {}, ...parts[0]));
    }
    at += line.length + 1;
  }
  return out;
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {number[][]} grey
 */
function highlighted(text, start, end, grey) {
  const edges = [start, end, ...grey.flat()].filter((one) => one > 0 && one < text.length);
  const cuts = [...new Set([0, ...edges, text.length])].sort((one, other) => one - other);
  /**
   * @param {number} at
   * @param {number} from
   * @param {number} to
   */
  const inside = (at, from, to) => at >= from && at < to;
  return cuts.slice(0, -1).map((from, index) => {
    const piece = text.slice(from, cuts[index + 1]);
    if (inside(from, start, end)) return el("mark", {}, piece);
    if (grey.some(([first, last]) => inside(from, first, last))) return el("s", { class: "left-out", title: t("common.left_out_why") }, piece, el("span", { class: "sr" }, `（${t("common.left_out_why")}）`));
    return piece;
  });
}
