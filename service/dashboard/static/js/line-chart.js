/** A chart of lines that is fed row by row. uPlot draws it; a million steps arrive thinned by the server. */

import { element } from "./dom.js";
import { number } from "./format.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class LineChart {
  /** `host` is the element to fill; `unit` names the x axis. */
  constructor(host, unit) {
    this.host = host;
    this.unit = unit;
    this.logarithmic = false;
    this.lines = [];
    this.data = [[]];
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(host);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  size() {
    return { width: Math.max(240, this.host.clientWidth), height: 300 };
  }

  /** Show other lines: names, x values, then the values of each line (null where there is none). */
  show(names, data) {
    const same = names.join() === this.lines.join();
    this.lines = names;
    this.data = data;
    if (same && this.plot) this.plot.setData(this.values());
    else this.draw();
  }

  /** On a logarithmic scale what is not above zero cannot be shown. */
  values() {
    const [x, ...lines] = this.data;
    return [x, ...lines.map((line) => (this.logarithmic ? line.map((value) => (value > 0 ? value : null)) : line))];
  }

  scale(logarithmic) {
    this.logarithmic = logarithmic;
    this.draw();
  }

  draw() {
    this.plot?.destroy();
    this.plot = null;
    this.host.replaceChildren();
    if (!this.data[0].length) {
      this.host.append(element("p", { class: "chart-empty" }, "Nothing to draw yet."));
      return;
    }
    const axis = { stroke: token("--quiet"), grid: { stroke: token("--line"), width: 1 }, ticks: { stroke: token("--line") } };
    this.plot = new uPlot({
      ...this.size(),
      scales: { x: { time: false }, y: { distr: this.logarithmic ? 3 : 1 } },
      axes: [{ ...axis, label: this.unit }, { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : number(tick))) }],
      series: [{ label: this.unit }, ...this.lines.map((name, index) => ({
        label: name.replaceAll("_", " "), stroke: token(`--line-${index % 5 + 1}`), width: 2, points: { show: this.data[0].length < 2 },
        value: (_, value) => number(value),
      }))],
    }, this.values(), this.host);
  }
}
