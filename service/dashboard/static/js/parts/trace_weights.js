/** <trace-weights>: the weights with the most room for adjustment, which way each would go, and what that is good for. */

import { element } from "../dom/element.js";
import { count, figure, signed } from "../text/numbers.js";

const HEADS = ["Leads from", "to", "Weight", "Gradient", "Update", "Cost, expected", "Cost, measured"];

class TraceWeights extends HTMLElement {
  show(found, spec) {
    const rows = found.adjustments.map((item) => row(item, found));
    this.replaceChildren(
      element("div", { class: "card-head" }, element("h2", {}, "3 · Which way, and how far?")),
      element("p", { class: "small" }, "These weights have the most room for adjustment: the cost is steepest in them. ",
        `The gradient says which way the cost rises, and how steeply; the update is what ${spec.training.optimizer.name} makes of it, as a rule the other way.`),
      element("p", { class: "small" }, "The last two say what adjusting that one weight alone does to the cost: expected, gradient times update; and measured, with the weight moved. Below zero it helps. Where the two part, the step is too large for the cost to be straight.", ...more(found, spec.training)),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Weights with the most room" },
        element("table", { class: "room" },
          element("caption", { class: "visually-hidden" }, "The weights with the most room for adjustment"),
          element("thead", {}, element("tr", {}, ...HEADS.map((text, place) => element("th", { scope: "col", class: place > 1 ? "right" : null }, text)))),
          element("tbody", {}, ...rows))));
  }
}

/** What a job may have beside the plain descent, as far as it bears on these figures. */
function more({ layer_order: order }, { l1, l2, clip_norm: most }) {
  return [
    l1 || l2 ? " The cost has the penalty of the weight, l1 and l2, in it here, as the gradient has." : "",
    most === null ? "" : " The gradient is shown as it is before clipping; the update is made of the clipped one.",
    order ? " All of it is at the weights as they are when the layer is adjusted." : "",
  ];
}

function row(item, found) {
  const [, , ...heads] = HEADS;
  const values = [figure(item.weight), figure(item.gradient), signed(item.update), signed(item.first_order), signed(item.measured)];
  const helps = [item.first_order, item.measured].map((value) => value < 0);
  return element("tr", {},
    element("th", { scope: "row", class: "name" }, source(item)),
    element("td", { class: "name", "data-label": "to" }, goal(item, found)),
    ...values.map((text, place) => element("td", { class: helps[place - 3] ? "right helps" : "right", "data-label": heads[place] }, text)));
}

/** An input by its name, a unit of the layer below, or the bias. */
function source({ layer, from }) {
  if (from === "bias") return "bias";
  return layer ? `layer ${layer - 1}, unit ${from}` : String(from);
}

function goal({ layer, to }, { layers, output_names: outputs }) {
  if (layer < layers.length - 1) return `layer ${layer}, unit ${count(to)}`;
  return outputs[to] === undefined ? `output ${to}` : `output “${outputs[to]}”`;
}

customElements.define("trace-weights", TraceWeights);
