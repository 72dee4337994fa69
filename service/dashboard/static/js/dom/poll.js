/** Asking again and again, but never for a page nobody sees. */

/**
 * Calls `look` now and `everyMs` after each time it has answered; at once when the page is shown again.
 *
 * Returns { again, stop }: `again` looks at once, dropping the answer of a look that is under way.
 */
export function poll(look, everyMs) {
  let timer = 0;
  let turn = 0;
  let stopped = false;

  async function next() {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    const mine = ++turn;
    await look(() => mine === turn && !stopped);
    if (mine === turn && !stopped && !document.hidden) timer = setTimeout(next, everyMs);
  }

  function onVisibility() {
    if (document.hidden) clearTimeout(timer);
    else next();
  }

  document.addEventListener("visibilitychange", onVisibility);
  next();
  return {
    again: next,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
    },
  };
}
