/** <job-charts>: the cost and the metrics of a job, by epoch or by step. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { LineChart } from "./line-chart.js";

const POINTS = 2000;
const NOT_DRAWN = new Set(["epoch", "step", "seconds"]);

class JobCharts extends HTMLElement {
  connectedCallback() {
    this.epochs = new Rows("epoch");
    this.steps = new Rows("step");
    this.choice = element("select", { id: "metric", onchange: () => this.draw() });
    this.series = this.toggle("by step", () => this.choose());
    this.scale = this.toggle("logarithmic", (on) => this.chart.scale(on));
    const host = element("div", { class: "chart", role: "img", "aria-label": "history of the job" });
    this.append(element("div", { class: "row apart" },
      element("h2", {}, "History"),
      element("div", { class: "row" }, element("label", { for: "metric" }, "Show"), this.choice, this.series, this.scale)), host);
    this.chart = new LineChart(host, "epoch");
    this.choose();
  }

  toggle(name, act) {
    const button = element("button", { type: "button", "aria-pressed": "false" }, name);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      act(on);
    });
    return button;
  }

  get byStep() {
    return this.series.getAttribute("aria-pressed") === "true";
  }

  /** New rows from the stream: { columns, rows }. */
  add(kind, news) {
    const rows = kind === "steps" ? this.steps : this.epochs;
    rows.add(news);
    if (rows.length > 2 * POINTS) this.thin(kind, rows);
    if ((kind === "steps") === this.byStep) this.choose();
  }

  /** Have the server thin out what has grown too long to draw. */
  async thin(kind, rows) {
    const series = kind === "steps" ? "step" : "epoch";
    rows.replace(await ask(`/jobs/${this.dataset.job}/history?series=${series}&points=${POINTS}`));
    this.draw();
  }

  /** Offer what there is to show. */
  choose() {
    const rows = this.byStep ? this.steps : this.epochs;
    const names = rows.columns.filter((name) => !NOT_DRAWN.has(name));
    const groups = names.some((name) => name.endsWith("_cost")) ? ["cost", ...names.filter((name) => !name.endsWith("_cost"))] : names;
    if (groups.join() !== [...this.choice.options].map((option) => option.value).join()) {
      const before = this.choice.value;
      this.choice.replaceChildren(...groups.map((name) => element("option", { value: name }, name.replaceAll("_", " "))));
      if (groups.includes(before)) this.choice.value = before;
    }
    this.draw();
  }

  draw() {
    const rows = this.byStep ? this.steps : this.epochs;
    const wanted = this.choice.value === "cost" ? rows.columns.filter((name) => name.endsWith("_cost")) : [this.choice.value];
    this.chart.unit = this.byStep ? "step" : "epoch";
    this.chart.show(wanted, [rows.column(rows.key), ...wanted.map((name) => rows.column(name))]);
  }
}

/** Rows of named columns, in the order of one of them. */
class Rows {
  constructor(key) {
    this.key = key;
    this.columns = [];
    this.rows = [];
  }

  get length() {
    return this.rows.length;
  }

  add({ columns, rows }) {
    this.columns = columns;
    const at = columns.indexOf(this.key);
    const last = this.rows.at(-1)?.[at] ?? -Infinity;
    this.rows.push(...rows.filter((row) => row[at] > last)); // a stream that began again repeats some
  }

  replace({ columns, rows }) {
    this.columns = columns;
    this.rows = rows;
  }

  column(name) {
    const at = this.columns.indexOf(name);
    return this.rows.map((row) => row[at] ?? null);
  }
}

customElements.define("job-charts", JobCharts);
