// One question over the wire: the events of its answer, and what is said while it is slow.
import { Told, events, of, t } from "./api.js";

const SLOW = 12_000; // milliseconds without a word

/** Ask; resolves when the answer is complete. `conversation(signal)` gives {id, collections, as_of}. */
export async function asked(question, { shown, signal, conversation }) {
  const { id, collections, as_of } = await conversation(signal);
  let timer;
  const patience = () => {
    clearTimeout(timer);
    timer = setTimeout(() => shown.wait(t("ask.slow")), SLOW);
  };
  patience();
  try {
    for await (const { event, data } of events("POST", of("conversations", id, "messages"), { question, collections, as_of }, { signal })) {
      patience();
      if (event === "searching") shown.searching(data);
      else if (event === "evidence") shown.wait(t("ask.reading", { count: data.passages.length }), data.passages.length);
      else if (event === "delta") shown.write(data.text);
      else if (event === "error") throw new Told(200, data.error);
      else if (event === "done") {
        shown.finish(data);
        return;
      }
    }
  } catch (fault) {
    // fetch and the stream's reader tell a lost connection as a TypeError.
    throw fault instanceof TypeError ? lost() : fault;
  } finally {
    clearTimeout(timer);
  }
  throw lost();
}

const lost = () => new Told(0, { code: "network", message: t(navigator.onLine ? "ask.broken" : "ask.offline"), detail: {} });
