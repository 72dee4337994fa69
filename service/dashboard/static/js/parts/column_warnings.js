/** What was taken in and is seldom meant: columns that a few cells keep from being numbers. */

import { element } from "../dom/element.js";
import { counted } from "../text/numbers.js";

/** Warnings shown in full; a file with more has one mistake in all of them. */
const MOST = 10;

/** A notice with each of them; null where there are none. */
export function columnWarnings(dataset) {
  const warned = warnedOf(dataset);
  if (!warned.length) return null;
  const items = warned.slice(0, MOST).map(({ name, warning }) => element("li", {}, element("b", {}, name), `: ${warning}`));
  if (warned.length > MOST) items.push(element("li", {}, `and ${counted(warned.length - MOST, "more column")}`));
  return element("div", { class: "notice small" }, element("ul", {}, ...items));
}

/** How many there are, in few words; null where there are none. */
export function warningCount(dataset) {
  const { length } = warnedOf(dataset);
  return length ? element("small", { class: "warned" }, counted(length, "warning")) : null;
}

const warnedOf = ({ columns }) => columns.filter(({ warning }) => warning);
