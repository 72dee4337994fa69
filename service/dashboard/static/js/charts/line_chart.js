/** <line-chart>: lines over epochs or steps, drawn by uPlot. */

import { element } from "../dom/element.js";
import { count } from "../text/numbers.js";
import { Legend } from "./legend.js";
import { optionsOf } from "./options.js";
import { onScheme } from "./theme.js";

class LineChart extends HTMLElement {
  #chart = null;
  #plot = null;
  #data = [[]];

  connectedCallback() {
    this.canvas = element("div", { class: "plot", role: "img" });
    this.legend = new Legend((index) => this.#toggle(index));
    this.append(this.canvas, this.legend.root);
    this.sizes = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    this.sizes.observe(this.canvas);
    this.endScheme = onScheme(() => this.#build());
  }

  disconnectedCallback() {
    this.sizes.disconnect();
    this.endScheme();
    this.#plot?.destroy();
  }

  /**
   * Draw a chart: { x: "epoch", series, lines: [{ key, label, color, format, hidden }], log, mark, empty }.
   *
   * `series` holds the columns; the lines' `hidden` is changed by the legend; `empty` is said when nothing can be drawn.
   */
  draw(chart) {
    const isNew = signature(chart) !== signature(this.#chart);
    this.#chart = chart;
    this.#data = columnsOf(chart);
    if (isNew) this.legend.show(chart.lines);
    if (isNew || !this.#plot) this.#build();
    else this.#plot.setData(this.#data);
    this.#tell(this.#plot?.cursor.idx ?? null);
    this.canvas.setAttribute("aria-label", spoken(chart));
  }

  #build() {
    this.#plot?.destroy();
    this.#plot = null;
    const chart = this.#chart;
    if (!chart) return;
    const isEmpty = !this.#data.slice(1).some((line) => line.some((value) => value !== null));
    this.legend.root.hidden = isEmpty;
    this.canvas.replaceChildren(...(isEmpty ? [element("p", { class: "plot-empty" }, chart.empty)] : []));
    if (!isEmpty) {
      const options = optionsOf(chart, this.#size(), (index) => this.#tell(index));
      this.#plot = new window.uPlot(options, this.#data, this.canvas);
    }
  }

  #size() {
    return { width: Math.max(200, this.canvas.clientWidth), height: this.canvas.clientHeight };
  }

  #toggle(index) {
    const line = this.#chart.lines[index];
    line.hidden = !line.hidden;
    this.#plot?.setSeries(index + 1, { show: !line.hidden });
  }

  /** The values under the cursor, or the last ones. */
  #tell(index) {
    const places = this.#data[0];
    if (!this.#chart || !places.length) return;
    const at = index ?? places.length - 1;
    const record = this.#chart.series.at(places[at]);
    const texts = this.#chart.lines.map((line) => line.format(record?.[line.key]));
    this.legend.tell(texts, `${this.#chart.x} ${count(places[at])}`);
  }
}

/** What cannot be changed without drawing anew. */
const signature = (chart) =>
  chart && JSON.stringify([chart.x, chart.log, chart.mark, chart.lines.map((line) => [line.key, line.color, line.label])]);

/** A logarithmic scale has no place for what is not above zero. */
function columnsOf({ series, lines, log }) {
  const drawable = (value) => (log && !(value > 0) ? null : value);
  return [series.column(series.key), ...lines.map((line) => series.column(line.key).map(drawable))];
}

function spoken({ series, lines, x }) {
  const last = series.last;
  if (!last) return "No values yet";
  const values = lines.filter((line) => !line.hidden).map((line) => `${line.label} ${line.format(last[line.key])}`);
  return `Line chart by ${x}. At ${x} ${count(last[series.key])}: ${values.join(", ")}`;
}

customElements.define("line-chart", LineChart);
