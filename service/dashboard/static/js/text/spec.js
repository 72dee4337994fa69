/** A job's spec as text. */

import { counted } from "./numbers.js";

const WIDEST = 100;
const MOST_TARGETS = 6;

/** JSON that a person reads: lists and objects that fit on a line stay on it. */
export function pretty(value, indent = "") {
  const line = JSON.stringify(value);
  if (value === null || typeof value !== "object" || indent.length + line.length <= WIDEST) return spaced(value);
  const deeper = indent + "  ";
  if (Array.isArray(value)) return `[\n${wrapped(value, deeper)}\n${indent}]`;
  const fields = Object.entries(value).map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${pretty(item, deeper)}`);
  return `{\n${fields.join(",\n")}\n${indent}}`;
}

/** Such as: classification of label · 128 relu · adam 0.001 · batches of 256 · 4 shards · seed 0 */
export function outline(spec) {
  const rest = [counted(spec.shards, "shard"), `seed ${spec.training.seed}`];
  return [`${spec.task} of ${several([spec.target].flat())}`, ...method(spec), ...rest].join(" · ");
}

/** Such as: 128 relu · adam 0.001 · batches of 256 */
export const shortOutline = (spec) => method(spec).join(" · ");

function method({ network, training: { optimizer, batch_size: batch } }) {
  const hidden = network.hidden.map((layer) => `${layer.units} ${layer.activation}`);
  return [
    hidden.length ? hidden.join(" → ") : "no hidden layer",
    `${optimizer.name} ${optimizer.learning_rate}`,
    `batches of ${batch}`,
  ];
}

function several(targets) {
  const rest = targets.length - MOST_TARGETS;
  return rest > 1 ? `${targets.slice(0, MOST_TARGETS).join(", ")} and ${rest} more` : targets.join(", ");
}

function spaced(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`);
  return fields.length ? `{ ${fields.join(", ")} }` : "{}";
}

/** The items of a long list, as many on a line as fit. */
function wrapped(items, indent) {
  const lines = [];
  let line = "";
  for (const [index, item] of items.entries()) {
    const text = pretty(item, indent) + (index < items.length - 1 ? "," : "");
    if (line && indent.length + line.length + 1 + text.length > WIDEST) {
      lines.push(line);
      line = "";
    }
    line += line ? ` ${text}` : text;
  }
  return [...lines, line].map((each) => indent + each).join("\n");
}
