// Talking to the service: JSON in, JSON out, one error shape, CSRF token with every change, server-sent events.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

/** Short name of the organisation this page belongs to. */
export const tenant = meta("tenant");

/** Path of something of this organisation's: `of("documents", 3)` → "/api/v1/tenants/harmony/documents/3". */
export const of = (...parts) =>
  ["/api/v1/tenants", tenant, ...parts].map((part) => String(part)).join("/");

const strings = JSON.parse(document.getElementById("texts")?.textContent || "{}");

/** The text under a full key ("ask.title"), with {fields} filled. */
export function t(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** An error the service told: `code` is stable, `message` is for the reader. */
export class Told extends Error {
  constructor(status, { code, message, detail }) {
    super(message);
    Object.assign(this, { status, code, detail });
  }
}

async function told(response) {
  let body;
  try {
    body = (await response.json()).error;
  } catch {
    body = null;
  }
  return new Told(response.status, body ?? { code: "network", message: t("common.network_error"), detail: {} });
}

/** Ask the service. `body` may be an object (JSON), FormData, or nothing. Resolves to JSON, or null for 204. */
export async function call(method, path, body, { signal } = {}) {
  const headers = { "X-CSRF-Token": meta("csrf"), Accept: "application/json" };
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: form || body === undefined ? body : JSON.stringify(body) });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Told(0, { code: "network", message: t("common.network_error"), detail: {} });
  }
  if (!response.ok) throw await told(response);
  return response.status === 204 ? null : response.json();
}

/** Read server-sent events of a response, one `{event, data}` after the other. */
export async function* events(method, path, body, { signal } = {}) {
  const headers = { "X-CSRF-Token": meta("csrf"), Accept: "text/event-stream", "Content-Type": "application/json" };
  const response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) throw await told(response);
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
