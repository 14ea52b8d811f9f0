// A page of its own for one place of an original.
import { pageData } from "./dom.js";
import { openSource } from "./ask-source.js";

/** @type {Page.NumberedSource} */
const source = pageData();

await openSource([source], source.n, null);
