// Files on their way from this page to the service, two at a time. Leaving the page while one is on its way asks first.
import { of, sendFile } from "./api.js";

const AT_ONCE = 2;

/** @typedef {{id: number, file: File, share: number, abort: (() => void) | null, told: (share: number) => void, resolve: (row: Api.Upload) => void, reject: (fault: Error) => void}} Sending */

/** @type {Map<number, Sending>} */
const sendings = new Map();
/** @type {Map<number, File>} files of this page, kept so that they can be sent again */
const kept = new Map();

/**
 * Send the bytes of an announced file. Resolves to its upload; an AbortError after `stopSending`.
 * @param {number} id of the upload
 * @param {File} file
 * @param {(share: number) => void} told 0 … 1
 * @returns {Promise<Api.Upload>}
 */
export function sendContent(id, file, told) {
  kept.set(id, file);
  return new Promise((resolve, reject) => {
    sendings.set(id, { id, file, share: 0, abort: null, told, resolve, reject });
    next();
  });
}

function next() {
  const all = [...sendings.values()];
  if (all.filter((one) => one.abort).length >= AT_ONCE) return;
  const waiting = all.find((one) => !one.abort);
  if (!waiting) return;
  const { answer, abort } = sendFile("PUT", of("uploads", waiting.id, "content"), waiting.file, (share) => {
    waiting.share = share;
    waiting.told(share);
  });
  waiting.abort = abort;
  answer.then(waiting.resolve, waiting.reject).finally(() => {
    if (sendings.get(waiting.id) === waiting) sendings.delete(waiting.id);
    next();
  });
  next();
}

/**
 * How much of an upload this page has sent, 0 … 1; null if this page is not sending it.
 * @param {number} id
 */
export const sentShare = (id) => sendings.get(id)?.share ?? null;

/** Whether anything is still to be sent from this page. */
export const isSendingAny = () => sendings.size > 0;

/**
 * The file of an upload, if it was chosen on this page.
 * @param {number} id
 */
export const fileOf = (id) => kept.get(id);

/** @param {number} id */
export function stopSending(id) {
  const one = sendings.get(id);
  sendings.delete(id);
  if (one?.abort) one.abort();
  else one?.reject(new DOMException("", "AbortError"));
}

addEventListener("beforeunload", (event) => {
  if (!isSendingAny()) return;
  event.preventDefault();
  event.returnValue = ""; // older browsers ask only then
});
