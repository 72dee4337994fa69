/** <metrics-chart>: how good the answers are on validation and on training rows, and how the descent goes. */

import { choices } from "../dom/choices.js";
import { element } from "../dom/element.js";
import { figure, percent } from "../text/numbers.js";
import { isShare, metricName } from "../text/words.js";
import "./line_chart.js";

/** Lines that are shown without being asked for. */
const SHOWN = new Set(["accuracy", "exact_match", "certainty", "rmse", "mae", "r2"]);
const KIND = /^(validation|train)_/;
const DESCENT = [
  { name: "gradient", text: "Gradient norm", keys: ["gradient_norm"], log: true },
  { name: "rate", text: "Learning rate", keys: ["learning_rate"] },
];

class MetricsChart extends HTMLElement {
  #history = null;
  #groups = [];
  #chosen = null;

  connectedCallback() {
    this.choice = element("div", {});
    this.chart = document.createElement("line-chart");
    this.append(element("div", { class: "card-head" }, element("h2", {}, "Metrics"), this.choice), this.chart);
  }

  /** Follow a job's History. */
  follow(history) {
    this.#history = history;
    history.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  #draw() {
    const series = this.#history.epoch;
    const groups = groupsOf(series.columns);
    if (names(groups) !== names(this.#groups)) this.#offer(groups);
    const group = this.#group();
    this.chart.draw({ x: "epoch", series, lines: group.lines, log: group.log ?? false, mark: null, empty: "The first values come with the first epoch." });
  }

  #offer(groups) {
    this.#groups = groups;
    const options = groups.map(({ name, text }) => [name, text]);
    this.choice.replaceChildren(choices("Metrics", options, this.#group().name, (name) => this.#choose(name)));
  }

  /** The one somebody chose, else the first. */
  #group() {
    return this.#groups.find(({ name }) => name === this.#chosen) ?? this.#groups[0];
  }

  #choose(name) {
    this.#chosen = name;
    this.#draw();
  }
}

/** Metrics that can stand on one axis together: shares, errors in the target's unit, R², then the descent's own. */
function groupsOf(columns) {
  const quality = [...ofKind(columns, "validation", "Validation"), ...ofKind(columns, "train", "Training")];
  return [...quality.filter(({ keys }) => keys.length), ...DESCENT].map((group) => ({ ...group, lines: group.keys.map(line) }));
}

function ofKind(columns, kind, text) {
  const metrics = columns.filter((key) => key.startsWith(`${kind}_`) && key !== `${kind}_cost`);
  const shares = metrics.filter(isShare);
  const r2 = metrics.filter((key) => key === `${kind}_r2`);
  const errors = metrics.filter((key) => !shares.includes(key) && !r2.includes(key));
  return [
    { name: `${kind}-shares`, text, keys: shares },
    { name: `${kind}-errors`, text: `${text} error`, keys: errors },
    { name: `${kind}-r2`, text: `${text} R²`, keys: r2 },
  ];
}

function line(key, index) {
  const format = isShare(key) ? percent : figure;
  const alone = !KIND.test(key);
  return { key, label: metricName(key), color: alone ? 6 : index + 2, format, hidden: !alone && !SHOWN.has(key.replace(KIND, "")) };
}

const names = (groups) => JSON.stringify(groups.map(({ name, keys }) => [name, keys]));

customElements.define("metrics-chart", MetricsChart);
