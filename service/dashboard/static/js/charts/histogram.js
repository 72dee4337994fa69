/** A small histogram, drawn by hand: how many values lie between each edge and the next. */

import { element, svg } from "../dom/element.js";
import { count, figure } from "../text/numbers.js";

const WIDTH = 200;
const HEIGHT = 56;

/** A figure of { edges, counts } with its range below. */
export function histogram({ edges, counts }, title) {
  const most = Math.max(...counts, 1);
  const total = counts.reduce((sum, each) => sum + each, 0);
  const step = WIDTH / counts.length;
  const bars = counts.map((each, place) => {
    const height = each ? Math.max(1, (HEIGHT * each) / most) : 0;
    return svg("rect", { class: "bar", x: place * step + 0.5, y: HEIGHT - height, width: step - 1, height },
      svg("title", {}, `${count(each)} from ${figure(edges[place])} to ${figure(edges[place + 1])}`));
  });
  const [low, high] = [edges[0], edges.at(-1)];
  const said = `${title}: histogram of ${count(total)} from ${figure(low)} to ${figure(high)}, at most ${count(most)} in one of ${counts.length} bins`;
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said, preserveAspectRatio: "none" }, ...bars, zero(low, high));
  return element("figure", { class: "histogram" },
    element("figcaption", {}, `${count(total)} weights`), drawing,
    element("div", { class: "range", "aria-hidden": "true" }, element("span", {}, figure(low)), element("span", {}, figure(high))));
}

/** An upright line at zero, where that is within. */
function zero(low, high) {
  if (!(low < 0 && high > 0)) return null;
  const x = (WIDTH * -low) / (high - low);
  return svg("line", { class: "zero", x1: x, x2: x, y1: 0, y2: HEIGHT });
}
