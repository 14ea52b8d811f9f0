// One question over the wire: the events of its answer, and what is said while it is slow.
import { ApiError, events, of, t } from "./api.js";

const SLOW = 12_000; // milliseconds without a word

/**
 * Ask; resolves when the answer is complete.
 * @param {string} question
 * @param {object} options
 * @param {Page.Turn} options.turn where the answer is shown
 * @param {AbortSignal} options.signal
 * @param {(signal: AbortSignal) => Promise<Api.Scope & {id: number}>} options.conversation
 * @param {boolean | string} options.card false: it is no emergency; the id of a card: it is that one
 */
export async function askQuestion(question, { turn, signal, conversation, card }) {
  const { id, collections, as_of } = await conversation(signal);
  /** @type {number | undefined} */
  let timer;
  const restartTimer = () => {
    clearTimeout(timer);
    timer = setTimeout(() => turn.wait(t("ask.slow")), SLOW);
  };
  let begun = false;
  restartTimer();
  try {
    for await (const { event, data } of events("POST", of("conversations", id, "messages"), { question, collections, as_of, card }, { signal })) {
      restartTimer();
      begun = true;
      if (event === "card") turn.card(data.card);
      else if (event === "searching") turn.searching(data);
      else if (event === "evidence") turn.wait(t("ask.reading", { count: data.passages.length }));
      else if (event === "delta") turn.write(data.text);
      else if (event === "discard") turn.discard();
      else if (event === "error") throw new ApiError(200, data.error);
      else if (event === "done") {
        turn.finish(data);
        return;
      }
    }
  } catch (fault) {
    // fetch and the stream's reader tell a lost connection as a TypeError.
    throw fault instanceof TypeError ? connectionLost(begun) : fault;
  } finally {
    clearTimeout(timer);
  }
  throw connectionLost(true);
}

/** @param {boolean} begun whether the service had begun to answer */
function connectionLost(begun) {
  const key = begun ? "ask.broken" : navigator.onLine ? "ask.unreachable" : "ask.offline";
  return new ApiError(0, { code: "network", message: t(key), detail: {} });
}
