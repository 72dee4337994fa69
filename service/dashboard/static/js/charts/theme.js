/** The colours of charts, read from the page's tokens: they follow the reader's light or dark scheme. */

const dark = matchMedia("(prefers-color-scheme: dark)");

export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colour of a line or member, counted from 0; after eight they begin again. */
export const seriesColor = (index) => token(`--series-${(index % 8) + 1}`);

/** The class that gives an element the same colour. */
export const seriesClass = (index) => `member-${(index % 8) + 1}`;

/** Calls `act` whenever the scheme changes; returns what ends that. */
export function onScheme(act) {
  dark.addEventListener("change", act);
  return () => dark.removeEventListener("change", act);
}
