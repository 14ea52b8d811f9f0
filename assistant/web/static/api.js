// Talking to the service: JSON in, JSON out, one error shape, CSRF token with every change, server-sent events.
import { optional } from "./dom.js";

/** @param {string} name */
const meta = (name) => optional(`meta[name="${name}"]`, HTMLMetaElement)?.content ?? "";

/** Short name of the organisation this page belongs to. */
export const tenant = meta("tenant");

/**
 * Path of something of this organisation's: `of("documents", 3)` → "/api/v1/tenants/harmony/documents/3".
 * @param {...(string | number | undefined)} parts
 */
export const of = (...parts) =>
  ["/api/v1/tenants", tenant, ...parts].map((part) => String(part)).join("/");

/** @type {Record<string, string>} */
const strings = JSON.parse(document.getElementById("texts")?.textContent || "{}");

/**
 * The text under a full key ("ask.title"), with {fields} filled.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** An error of the service: `code` is stable, `message` is for the reader, `status` is HTTP's (0: no answer). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {Api.Fault} fault
   */
  constructor(status, { code, message, detail }) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** @param {string} message */
const networkFault = (message) => ({ code: "network", message, detail: {} });

/** @param {Response} response */
async function errorOf(response) {
  let fault;
  try {
    fault = (await response.json()).error;
  } catch {
    fault = null;
  }
  // A proxy in front of a service that is being started answers for it, and not in JSON.
  const waiting = [502, 503, 504].includes(response.status);
  return new ApiError(response.status, fault ?? networkFault(t(waiting ? "common.restarting" : "common.network_error")));
}

/**
 * Ask the service. `body` may be an object (JSON), FormData, or nothing. Resolves to JSON, or null for 204.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, { signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { "X-CSRF-Token": meta("csrf"), Accept: "application/json" };
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: form || body === undefined ? body : JSON.stringify(body) });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new ApiError(0, networkFault(t("common.network_error")));
  }
  if (!response.ok) throw await errorOf(response);
  return response.status === 204 ? null : response.json();
}

/**
 * Read server-sent events of a response, one after the other.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {{signal?: AbortSignal}} [options]
 * @returns {AsyncGenerator<{event: string, data: any}>}
 */
export async function* events(method, path, body, { signal } = {}) {
  const headers = { "X-CSRF-Token": meta("csrf"), Accept: "text/event-stream", "Content-Type": "application/json" };
  const response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok || !response.body) throw await errorOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value.replace(/\r\n/g, "\n");
    let end;
    while ((end = buffer.indexOf("\n\n")) >= 0) {
      const one = { event: "message", data: "" };
      for (const line of buffer.slice(0, end).split("\n")) {
        if (line.startsWith("event:")) one.event = line.slice(6).trim();
        else if (line.startsWith("data:")) one.data += line.slice(5).trimStart();
      }
      buffer = buffer.slice(end + 2);
      if (one.data) yield { event: one.event, data: JSON.parse(one.data) };
    }
  }
}

/**
 * Send a file as the body of a request, and tell how much of it has gone out: `progress(0 … 1)`. A browser tells that of
 * this kind of request only.
 * @param {string} method
 * @param {string} path
 * @param {Blob} file
 * @param {(share: number) => void} progress
 * @returns {{answer: Promise<any>, abort: () => void}} the promise ends in an AbortError after `abort`
 */
export function sendFile(method, path, file, progress) {
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    request.open(method, path);
    request.responseType = "text";
    request.setRequestHeader("X-CSRF-Token", meta("csrf"));
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 1));
    request.addEventListener("load", () => {
      if (request.status < 400) return resolve(JSON.parse(request.response));
      return errorOf(new Response(request.response, { status: request.status })).then(reject);
    });
    request.addEventListener("error", () => reject(new ApiError(0, networkFault(t("common.network_error")))));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    request.send(file);
  });
  return { answer, abort: () => request.abort() };
}
