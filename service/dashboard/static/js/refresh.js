/** Asking again every few seconds, for as long as somebody looks. */

/** Calls `load` now and every `seconds`, one call at a time, not while the tab is hidden. */
export function refreshing(load, seconds = 2) {
  const again = async () => {
    if (!document.hidden) await load();
    setTimeout(again, seconds * 1000);
  };
  document.addEventListener("visibilitychange", () => document.hidden || load());
  again();
}
