/** Values of a layer's units as a map of cells: colour says the sign, its strength the size. */

import { svg } from "../dom/element.js";
import { counted, figure } from "../text/numbers.js";

const CELL = 16;
const GAP = 2;
const WIDEST = 16;
const LEAST_SQUARE = 16;
const WRITING = 14;
/** Names as short as these stand below the cells of a single line. */
const LONGEST = 2;

/** A drawing with one cell a value; `names` say whose each is. A value that is no finite number stays empty. */
export function unitMap(title, values, names) {
  const columns = columnsFor(values.length);
  const rows = Math.max(1, Math.ceil(values.length / columns));
  const largest = Math.max(...values.map((value) => Math.abs(value ?? 0)), 0);
  const cells = values.map((value, place) => cell(value, names[place], largest, place % columns, Math.floor(place / columns)));
  const written = rows === 1 && names.every((name) => name.length <= LONGEST);
  if (written) cells.push(...names.map((name, place) => svg("text", { x: (place + 0.5) * CELL, y: CELL + WRITING - 3 }, name)));
  const [width, height] = [columns * CELL, rows * CELL + (written ? WRITING : 0)];
  return svg("svg", { class: "unit-map", role: "img", "aria-label": told(title, values, names), viewBox: `0 0 ${width} ${height}`, width, height }, ...cells);
}

/** A square where there is one, as of pictures; else lines. */
function columnsFor(size) {
  const side = Math.sqrt(size);
  return size >= LEAST_SQUARE && Number.isInteger(side) ? side : Math.min(Math.max(size, 1), WIDEST);
}

function cell(value, name, largest, column, row) {
  const strength = value && largest ? Math.abs(value) / largest : 0;
  const place = { x: column * CELL + GAP / 2, y: row * CELL + GAP / 2, width: CELL - GAP, height: CELL - GAP, rx: 2 };
  return svg("g", {}, svg("title", {}, `${name}: ${figure(value)}`), svg("rect", { ...place, class: "cell" }),
    strength ? svg("rect", { ...place, class: value > 0 ? "positive" : "negative", "fill-opacity": strength.toFixed(3) }) : null);
}

/** In words: how many are at zero, and which is the strongest. */
function told(title, values, names) {
  const zeros = values.filter((value) => value === 0).length;
  const strongest = values.reduce((best, value, place) => (Math.abs(value ?? 0) > Math.abs(values[best] ?? 0) ? place : best), 0);
  return `${title}: ${counted(values.length, "value")}, ${zeros} at zero, the strongest ${names[strongest]}, ${figure(values[strongest])}`;
}
