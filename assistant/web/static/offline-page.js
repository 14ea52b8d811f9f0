// The page that is shown while the service cannot be reached: it tries again by itself, and at a press of the button.
// It stands alone: only what its template names is kept.
const POLL = 5000; // milliseconds

async function tryAgain() {
  const back = await fetch("/readyz", { cache: "no-store" }).then(({ ok }) => ok, () => false);
  if (back && location.pathname !== "/offline") location.reload();
}

for (const button of document.querySelectorAll("[data-again]")) button.addEventListener("click", () => location.reload());
setInterval(tryAgain, POLL);
