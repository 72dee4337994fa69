/** The first rows of a dataset under what each of its columns holds. */

import { api, ask } from "../api/ask.js";
import { element } from "../dom/element.js";
import { NONE, count, counted, figure } from "../text/numbers.js";
import { columnWarnings } from "./column_warnings.js";

/** Columns shown; a wider table is better looked at elsewhere. */
const WIDEST = 200;
const ROWS = 20;

/** What is warned of, and a scrolling table. Throws Problem. */
export async function datasetPreview(dataset) {
  const { rows } = await ask(`${api`/datasets/${dataset.id}/preview`}?rows=${ROWS}`);
  const columns = dataset.columns.slice(0, WIDEST);
  const more = dataset.columns.length - columns.length;
  const said = `The first ${counted(rows.length, "row")} of ${count(dataset.rows)}${more ? `, without ${counted(more, "column")} further right` : ""}`;
  const table = element("table", {},
    element("caption", { class: "visually-hidden" }, `${dataset.name}: ${said}`),
    element("thead", {}, element("tr", {}, ...columns.map(head))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...columns.map((column) => cell(row[column.name], column))))));
  return element("div", {},
    columnWarnings(dataset),
    element("p", { class: "soft small" }, `${said}.`),
    element("div", { class: "preview", tabindex: "0", role: "region", "aria-label": `Preview of ${dataset.name}` }, table));
}

function head(column) {
  return element("th", { scope: "col", class: side(column) },
    element("b", {}, column.name), element("small", {}, column.kind), element("small", {}, content(column)),
    column.missing ? element("small", {}, `${count(column.missing)} missing`) : null);
}

function content(column) {
  if (column.levels) return counted(column.levels.length, "level");
  return column.min == null ? NONE : `${figure(column.min)} … ${figure(column.max)}`;
}

function cell(value, column) {
  if (value === null || value === undefined) return element("td", { class: "missing" }, "missing");
  return element("td", { class: side(column) }, String(value));
}

const side = (column) => (column.kind === "numeric" || column.kind === "integer" ? "right" : null);
