/** How uPlot is to draw a chart. */

import { count } from "../text/numbers.js";
import { seriesColor, token } from "./theme.js";

const FONT = "12px system-ui, sans-serif";
const LEAST_SPAN = 1e-9;
const MOST_POWERS = 6;
/** Values in sight up to which each has a dot. */
const MOST_DOTS = 40;

/**
 * Options for `chart`: { x, lines: [{ label, color, format, hidden }], log, mark: { at, text } | null }.
 *
 * `onCursor(index)` is called with the place under the cursor, or null.
 */
export function optionsOf(chart, size, onCursor) {
  const format = chart.lines[0]?.format ?? String;
  return {
    ...size,
    legend: { show: false },
    cursor: { points: { size: 7 }, drag: { x: true, y: false, setScale: true } },
    scales: { x: { time: false, range: horizontal }, y: chart.log ? { distr: 3, range: decades } : { range: vertical } },
    axes: [
      { ...axis(), size: 30, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? count(tick) : "")) },
      { ...axis(), ...(chart.log && { splits: powers, filter: (_, splits) => splits }), size: widthOf, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : format(tick))) },
    ],
    series: [{}, ...chart.lines.map(lineOptions)],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: chart.mark ? [(plot) => drawMark(plot, chart.mark)] : [],
    },
  };
}

function lineOptions(line) {
  const stroke = seriesColor(line.color);
  const points = { size: 5, fill: stroke, show: (_, __, first, last) => last - first < MOST_DOTS };
  return { label: line.label, stroke, width: line.width ?? 2, show: !line.hidden, spanGaps: false, points };
}

function axis() {
  const grid = { stroke: token("--line"), width: 1 };
  return { stroke: token("--ink-soft"), font: FONT, grid, ticks: { ...grid, size: 5 }, gap: 5 };
}

/** As wide as the longest number beside it. */
function widthOf(plot, values, index, cycle) {
  if (cycle > 1) return plot.axes[index]._size;
  const longest = (values ?? []).reduce((widest, text) => (text.length > widest.length ? text : widest), "");
  plot.ctx.font = plot.axes[index].font[0];
  return Math.ceil(plot.ctx.measureText(longest).width / devicePixelRatio) + 18;
}

/** A single point stands in the middle, not at an edge. */
function horizontal(_, low, high) {
  if (low == null) return [0, 1];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/** A little air above and below; a level line stays level. */
function vertical(_, low, high) {
  if (low == null) return [0, 1];
  const span = Math.max(high - low, Math.abs(high) * 0.05, LEAST_SPAN);
  const bottom = low - span * 0.05;
  return [low >= 0 && bottom < 0 ? 0 : bottom, high + span * 0.05];
}

/** Whole powers of ten around all values: a logarithmic scale. */
function decades(_, low, high) {
  if (low == null) return [0.1, 1];
  const [bottom, top] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  return [10 ** bottom, 10 ** Math.max(top, bottom + 1)];
}

/** A line at every power of ten, or at every other one, … so that there are few; between two of them, at 2 and 5. */
function powers(_, __, low, high) {
  const [bottom, top] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  const every = Math.ceil((top - bottom) / MOST_POWERS);
  const within = top - bottom <= 2 ? [1, 2, 5] : [1];
  const splits = [];
  for (let power = bottom; power <= top; power += every) splits.push(...within.map((times) => times * 10 ** power));
  return splits.filter((split) => split <= high * 1.0001);
}

/** A dotted upright line with a word: where something happened. */
function drawMark(plot, mark) {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(mark.at, "x", true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = token("--ink-soft");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  const toTheLeft = x > bbox.left + bbox.width / 2;
  ctx.textAlign = toTheLeft ? "right" : "left";
  ctx.textBaseline = "top";
  ctx.fillText(mark.text, x + (toTheLeft ? -6 : 6) * devicePixelRatio, bbox.top + 2 * devicePixelRatio);
  ctx.restore();
}
