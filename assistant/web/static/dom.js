// Elements of the page's template, found by selector and checked for their kind.

/**
 * Return the first element that matches, or null where there is none of this kind.
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {new () => E} [kind] the class of the element, HTMLElement by default
 * @param {ParentNode} [root] where to look, the whole page by default
 * @returns {E | null}
 */
export function optional(selector, kind, root = document) {
  const found = root.querySelector(selector);
  return found instanceof (kind ?? HTMLElement) ? /** @type {E} */ (found) : null;
}

/**
 * Return the first element that matches; an error where the template has none of this kind.
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {new () => E} [kind]
 * @param {ParentNode} [root]
 * @returns {E}
 */
export function required(selector, kind, root) {
  const found = optional(selector, kind, root);
  if (!found) throw new Error(`no element ${selector}`);
  return found;
}

/**
 * Return all elements of this kind that match.
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {new () => E} [kind]
 * @param {ParentNode} [root]
 * @returns {E[]}
 */
export function all(selector, kind, root = document) {
  const wanted = kind ?? HTMLElement;
  return [...root.querySelectorAll(selector)].flatMap((one) => (one instanceof wanted ? [/** @type {E} */ (one)] : []));
}

/**
 * Return a form's field by its name; an error where the form has none of this kind.
 * @template {Element} [E=HTMLInputElement]
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {new () => E} [kind] HTMLInputElement by default
 * @returns {E}
 */
export function field(form, name, kind) {
  const found = form.elements.namedItem(name);
  if (!(found instanceof (kind ?? HTMLInputElement))) throw new Error(`no field ${name}`);
  return /** @type {E} */ (found);
}

/** Return what the server wrote into the page for its script; an empty object where it wrote nothing. */
export const pageData = () => JSON.parse(document.getElementById("start")?.textContent || "{}");
