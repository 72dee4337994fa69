/** <job-report>: how the kept weights do on the validation rows: class by class, and which they take for which; or, where
 *  a row may have several labels, label by label. */

import { element } from "../dom/element.js";
import { count, percent } from "../text/numbers.js";

/** A matrix of more classes is wider than a card: its largest confusions are told instead. */
const MOST_COLUMNS = 12;

/** What a label says that needs no words: that the row has it. */
const PLAIN = new Set(["true", "1"]);

class JobReport extends HTMLElement {
  /** Show the job's report; hidden while there is none. */
  show(job) {
    const { report } = job;
    this.hidden = !report;
    if (!report) return;
    this.replaceChildren(
      element("div", { class: "card-head" }, element("h2", {}, "Report"), element("span", { class: "soft small" }, about(report))),
      ...(report.labels ? ofLabels(report) : ofClasses(report)),
    );
  }
}

function ofClasses(report) {
  const small = report.confusion_matrix && report.classes.length <= MOST_COLUMNS;
  return [
    element("div", { class: "scroll" }, classes(report)),
    element("h3", {}, small ? "Confusion matrix" : "Most frequent confusions"),
    element("div", { class: "scroll" }, small ? matrix(report) : confusions(report)),
  ];
}

function ofLabels(report) {
  return [
    element("p", {}, `Every label is right in ${percent(report.exact_match)} of the rows.`),
    element("div", { class: "scroll" }, labels(report)),
  ];
}

const about = ({ weights, step, rows }) => `${weights} weights, of step ${count(step)}, on ${count(rows)} validation rows`;

function classes(report) {
  const rows = report.classes.map(({ label, precision, recall, f1, rows }) =>
    element("tr", {}, element("th", { scope: "row" }, label), ...[precision, recall, f1].map((share) => cell(percent(share))), cell(count(rows))));
  return table("Each class", head("Class", "Precision", "Recall", "F1", "Rows"), rows);
}

function labels(report) {
  const rows = report.labels.map(({ target, label, precision, recall, f1, rows, confusion_matrix: [[, wrong], [missed]] }) =>
    element("tr", {}, element("th", { scope: "row" }, PLAIN.has(label) ? target : `${target} = ${label}`),
      ...[precision, recall, f1].map((share) => cell(percent(share))), cell(count(rows)),
      ...[missed, wrong].map((number) => cell(count(number), number ? "miss" : "soft"))));
  return table("Each label", head("Label", "Precision", "Recall", "F1", "Rows", "Missed", "Wrongly given"), rows);
}

function matrix({ classes, confusion_matrix }) {
  const labels = classes.map(({ label }) => label);
  const rows = confusion_matrix.map((counts, actual) =>
    element("tr", {}, element("th", { scope: "row" }, labels[actual]),
      ...counts.map((rows, predicted) => cell(count(rows), actual === predicted ? "hit" : rows ? "miss" : "soft"))));
  return table("Rows of each class by the class they were taken for", head("Actual \\ predicted", ...labels), rows);
}

function confusions({ confusions }) {
  if (!confusions.length) return element("p", { class: "soft" }, "None: every row was told right.");
  const rows = confusions.map(({ actual, predicted, rows }) =>
    element("tr", {}, element("th", { scope: "row" }, actual), element("td", {}, predicted), cell(count(rows))));
  return table("Classes taken for others", head("Actual", "Predicted", "Rows"), rows);
}

const head = (first, ...others) =>
  element("tr", {}, element("th", { scope: "col" }, first), ...others.map((text) => element("th", { scope: "col", class: "right" }, text)));

const cell = (text, extra = "") => element("td", { class: `right ${extra}`.trim() }, text);

const table = (caption, head, rows) =>
  element("table", { class: "report" },
    element("caption", { class: "visually-hidden" }, caption), element("thead", {}, head), element("tbody", {}, ...rows));

customElements.define("job-report", JobReport);
