// A page of its own for one place of an original.
import { openSource } from "./ask-source.js";
import { start } from "./ask-start.js";

await openSource([start], start.n, null);
