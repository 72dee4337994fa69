/** <trace-layers>: the network layer by layer: activations on their way forward, deltas on their way back. */

import { histogram } from "../charts/histogram.js";
import { unitMap } from "../charts/unit_map.js";
import { element } from "../dom/element.js";
import { count, counted, figure, percent, signed } from "../text/numbers.js";
import { Facts } from "./facts.js";

const FORWARD = "Forward, from above: each unit adds up what comes in, times its weights, and passes on its activation.";
const BACK = "Back, from below: the delta δ says how the cost changes with a unit's sum. Above zero the unit gives too much, below zero too little.";

/** Units as few as these have their numbers shown at once. */
const FEW = 3;

class TraceLayers extends HTMLElement {
  show(found, { training }) {
    const { layers, rows } = found;
    const legend = element("p", { class: "soft small map-key" },
      element("span", { class: "key positive" }, "above zero"), element("span", { class: "key negative" }, "below zero"),
      "The stronger the colour, the larger the value within its map", rows > 1 ? "; means over the rows." : ".");
    this.replaceChildren(
      element("div", { class: "card-head" }, element("h2", {}, "2 · How much does each part contribute?")),
      element("p", { class: "small" }, FORWARD), element("p", { class: "small" }, BACK),
      ...told(found, training), legend,
      element("ol", { class: "layers" }, inputs(found), ...layers.map((layer) => drawn(layer, found))));
  }
}

/** How the update is made, where that is more than all layers at once. */
function told({ update_order: order, layer_order: places, layers, gradient_norm: norm }, { clip_norm: most }) {
  const said = [];
  if (places) {
    const names = places.map((layer) => nameOf(layer, layers)).join(" → ");
    said.push(element("p", { class: "small update-order" }, `One layer at a time, ${order}: ${names}. Each has its gradient and its update at the weights that those before it have left. Its impact is what it took off the cost of these rows; above zero it helped.`));
  }
  if (most !== null) {
    said.push(element("p", { class: "small" }, `Gradients are shown unclipped, ${figure(norm)} all of them together. For the update ${places ? "that of each layer" : "all"} is scaled down to ${figure(most)} where it is larger.`));
  }
  return said;
}

const nameOf = (layer, layers) => (layer === layers.length - 1 ? "Output" : `Layer ${layer}`);

function inputs({ inputs: list, layers }) {
  const names = list.map(({ name }) => name);
  return element("li", {},
    element("div", { class: "layer-name" }, element("h3", {}, "Inputs"), element("p", { class: "soft small" }, counted(list.length, "input"))),
    element("div", { class: "layer-maps" }, figureOf("Inputs, as the network gets them", unitMap("Inputs", list.map(({ value }) => value), names)),
      numbers(["Input", "Value"], names, [list.map(({ value }) => value)])),
    element("div", { class: "layer-weights" }, element("p", { class: "soft small" }, layers.length > 1 ? "" : "There is no hidden layer.")));
}

function drawn(layer, { layers, output_names: outputs }) {
  const isOutput = layer.layer === layers.length - 1;
  const names = layer.outputs.map((_, unit) => (isOutput && outputs[unit] ? outputs[unit] : `unit ${unit}`));
  const title = nameOf(layer.layer, layers);
  return element("li", {},
    element("div", { class: "layer-name" }, element("h3", {}, title), element("p", { class: "soft small" }, size(layer))),
    element("div", { class: "layer-maps" },
      figureOf(isOutput ? "Answers ↓" : "Activations ↓", unitMap(`Activations of ${title}`, layer.outputs, names)),
      figureOf("Deltas δ ↑", unitMap(`Deltas of ${title}`, layer.deltas, names)),
      numbers(["Unit", "Activation", "Delta"], names, [layer.outputs, layer.deltas])),
    element("div", { class: "layer-weights" }, figures(layer), histogram(layer.histogram, `Weights of ${title}`)));
}

const figureOf = (title, map) => element("figure", {}, element("figcaption", {}, title), map);

function figures(layer) {
  const facts = new Facts();
  facts.set("Gradient RMS", figure(layer.gradient_rms));
  if (layer.clip_factor !== 1) facts.set("Clip factor", figure(layer.clip_factor));
  facts.set("Update RMS", figure(layer.update_rms));
  if (layer.impact !== null) facts.set("Impact", signed(layer.impact));
  if (layer.dead_share !== null) facts.set("Dead units", percent(layer.dead_share));
  return facts.root;
}

/** What the maps say by colour, as numbers: of a few at once, since a lone colour says nothing. */
function numbers(heads, names, columns) {
  const rows = names.map((name, unit) => element("tr", {}, element("th", { scope: "row" }, name),
    ...columns.map((values) => element("td", { class: "right" }, figure(values[unit])))));
  const cells = heads.map((text, place) => element("th", { scope: "col", class: place ? "right" : null }, text));
  return element("details", { open: names.length <= FEW }, element("summary", { class: "small" }, "Numbers"),
    element("div", { class: "unit-numbers", tabindex: "0", role: "region", "aria-label": "Numbers by unit" },
      element("table", {}, element("thead", {}, element("tr", {}, ...cells)), element("tbody", {}, ...rows))));
}

function size({ activation, units, outputs }) {
  const all = `${activation}, ${counted(units, "unit")}`;
  return outputs.length < units ? `${all}, of which the first ${count(outputs.length)} are drawn` : all;
}

customElements.define("trace-layers", TraceLayers);
