/** <impact-chart>: what each layer's adjustment did to the cost of the batch, for orders that adjust one at a time. */

import { element } from "../dom/element.js";
import { figure } from "../text/numbers.js";
import "./line_chart.js";

const IMPACT = /^impact_(\d+)$/;

class ImpactChart extends HTMLElement {
  #history = null;

  connectedCallback() {
    this.chart = document.createElement("line-chart");
    const note = "The cost of the batch before a layer's adjustment minus the cost after it: above zero it helped. Layer 0 is the input's.";
    this.append(
      element("div", { class: "card-head" }, element("h2", {}, "Impact of each layer")),
      this.chart,
      element("div", { class: "chart-foot" }, element("p", {}, note)),
    );
  }

  /** Follow a job's History; hidden as long as it has no impacts. */
  follow(history) {
    this.#history = history;
    history.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  #draw() {
    const series = this.#history.step;
    const lines = series.columns.filter((key) => IMPACT.test(key)).map(line);
    this.hidden = !lines.length;
    if (lines.length) this.chart.draw({ x: "step", series, lines, log: false, mark: null, empty: "No step yet." });
  }
}

function line(key) {
  const layer = Number(IMPACT.exec(key)[1]);
  return { key, label: `layer ${layer}`, color: layer, format: figure, width: 1 };
}

customElements.define("impact-chart", ImpactChart);
