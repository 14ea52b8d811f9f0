// Pages of the original as pictures, the quoted words marked over them.
import { of, t } from "./api.js";
import { el } from "./ui.js";
import { icon } from "./ask-start.js";

/**
 * Show the pages of a source in `body`; the buttons that turn them go into `turning`.
 * @param {Api.OpenedSource} source
 * @param {HTMLElement} body
 * @param {HTMLElement} turning
 */
export function pageView(source, body, turning) {
  let page = source.pages[0] ?? 1;
  let large = false;
  const count = source.page_count ?? 1;
  /**
   * @param {string} sign
   * @param {string} label
   * @param {() => void} job
   */
  const button = (sign, label, job) => el("button", { type: "button", class: "quiet-button", "aria-label": t(label), title: t(label), onclick: job }, icon(sign));
  const before = button("left", "ask.page_before", () => draw(page - 1));
  const after = button("right", "ask.page_after", () => draw(page + 1));
  const where = el("span", { "aria-live": "polite" });
  const zoom = button("new", "ask.bigger", () => { large = !large; draw(page); });
  turning.replaceChildren(before, where, after, zoom);
  draw(page);

  /** @param {number} number */
  function address(number) {
    const pixels = Math.min(2000, Math.ceil(body.clientWidth * Math.min(devicePixelRatio, 2) * (large ? 1.7 : 1)));
    return `${of("versions", source.version_id, "pages")}/${number}.webp?width=${Math.max(pixels, 480)}`;
  }

  /** @param {number} number */
  function draw(number) {
    page = number;
    where.textContent = t("ask.page_of", { page, count });
    before.disabled = page <= 1;
    after.disabled = page >= count;
    zoom.replaceChildren(icon(large ? "less" : "new"));
    zoom.setAttribute("aria-label", t(large ? "ask.smaller" : "ask.bigger"));
    if (source.hidden?.pages.includes(number)) {
      body.replaceChildren(el("p", { class: "notice warn clauses" }, t("common.page_hidden")));
      return;
    }
    const highlights = source.marks.filter((one) => one.page === page).map(highlight);
    const image = el("img", { src: address(page), alt: t("ask.page_picture", { title: source.title, page }) });
    const sheet = el("div", { class: large ? "sheet large loading" : "sheet loading" }, image, ...highlights);
    image.addEventListener("load", () => {
      sheet.classList.remove("loading");
      // The quote a third of the way down the panel, its beginning in sight.
      const [first] = highlights;
      if (first) body.scrollTo({ top: first.offsetTop - body.clientHeight / 3, left: large ? first.offsetLeft - 24 : 0 });
      else body.scrollTo({ top: 0 });
      if (page < count && !source.hidden?.pages.includes(page + 1)) new Image().src = address(page + 1);
    });
    image.addEventListener("click", () => zoom.click());
    image.addEventListener("error", () => sheet.replaceWith(el("p", { class: "notice warn clauses" }, t("ask.page_failed"))));
    body.replaceChildren(sheet);
  }
}

/** @param {Api.Box} box in shares of the page */
export function highlight({ x0, y0, x1, y1 }) {
  const node = el("div", { class: "lit", "aria-hidden": "true" });
  /** @param {number} value */
  const share = (value) => `${(value * 100).toFixed(3)}%`;
  Object.assign(node.style, { left: share(x0), top: share(y0), width: share(x1 - x0), height: share(y1 - y0) });
  return node;
}
