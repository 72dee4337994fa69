/** <cost-chart>: how wrong the network is, by epoch or by step. */

import { api } from "../api/ask.js";
import { check, choices } from "../dom/choices.js";
import { element } from "../dom/element.js";
import { figure } from "../text/numbers.js";
import "./line_chart.js";

const LINES = {
  epoch: [
    { key: "train_cost", label: "training", color: 0, format: figure },
    { key: "validation_cost", label: "validation", color: 1, format: figure },
  ],
  step: [{ key: "train_cost", label: "cost of the batch", color: 0, format: figure, width: 1 }],
};

class CostChart extends HTMLElement {
  #kind = "epoch";
  #log = false;
  #history = null;
  #bestEpoch = null;

  connectedCallback() {
    const title = element("h2", {}, "Cost");
    this.axis = choices("Cost by", [["epoch", "By epoch"], ["step", "By step"]], this.#kind, (kind) => this.#set({ kind }));
    const log = check("Log scale", false, (on) => this.#set({ log: on }));
    this.chart = document.createElement("line-chart");
    this.csv = element("a", { download: true }, "CSV");
    this.append(
      element("div", { class: "card-head" }, title, element("div", { class: "buttons" }, log, this.axis)),
      this.chart,
      element("div", { class: "chart-foot" }, explanation(), element("span", {}, "Every value: ", this.csv)),
    );
  }

  /** Follow a job's History. */
  follow(history) {
    this.#history = history;
    history.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  /** The epoch whose weights are the best so far. */
  set bestEpoch(epoch) {
    if (epoch === this.#bestEpoch) return;
    this.#bestEpoch = epoch;
    this.#draw();
  }

  #set({ kind = this.#kind, log = this.#log }) {
    this.#kind = kind;
    this.#log = log;
    this.#draw();
  }

  #draw() {
    if (!this.#history) return;
    const kind = this.#kind;
    const series = this.#history[kind];
    const best = kind === "epoch" && this.#bestEpoch ? { at: this.#bestEpoch, text: "best" } : null;
    const lines = LINES[kind].filter((line) => line.key === "train_cost" || has(series, line.key));
    this.chart.draw({ x: kind, series, lines, log: this.#log, mark: best, empty: "No cost yet: the first value comes with the first epoch." });
    this.csv.href = `${api`/jobs/${this.#history.jobId}/history`}?series=${kind}&format=csv`;
  }
}

const has = (series, key) => series.last?.[key] != null || series.column(key).some((value) => value !== null);

function explanation() {
  return element(
    "details",
    {},
    element("summary", {}, "How to read this"),
    element(
      "p",
      {},
      "The cost says how wrong the network is; training moves every weight a little downhill, so it should fall. " +
        "Validation rows are kept from training: when their cost rises while the training cost still falls, the " +
        "network learns its rows by heart. Drag over a stretch to enlarge it, double-click to see all.",
    ),
  );
}

customElements.define("cost-chart", CostChart);
