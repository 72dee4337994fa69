/** <trace-answer>: how wrong the network is: its answer, the target, and the cost. */

import { element, svg } from "../dom/element.js";
import { count, counted, figure, percent } from "../text/numbers.js";
import { Facts } from "./facts.js";

const MOST_BARS = 12;

class TraceAnswer extends HTMLElement {
  show(found, spec) {
    const facts = new Facts();
    if (found.batch) tellBatch(facts, found);
    else tellRow(facts, found);
    this.replaceChildren(
      element("div", { class: "card-head" }, element("h2", {}, "1 · How wrong is it?")),
      facts.root,
      element("p", { class: "soft small explained" }, explained(spec.task)),
      found.batch ? rowsOf(found) : bars(found));
  }
}

const explained = (task) => (task === "classification"
  ? "The cost says how wrong the answer is. It is near 0 when the target gets nearly all of the probability, and grows the less it gets."
  : "The cost says how wrong the answer is. It is 0 when the answer is the target, and grows with the distance.");

function tellRow(facts, { cost, cost_after: after, targets: [target], predictions: [answer] }) {
  facts.set("Target", told(target));
  facts.set("Answer", told(answer.label ?? answer.value ?? Object.values(answer.values)));
  facts.set("Cost", figure(cost));
  facts.set("After the update", figure(after));
}

function tellBatch(facts, found) {
  const { cost, cost_after: after, rows, step, batch, targets, predictions } = found;
  facts.set("Rows", count(rows), `of epoch ${count(batch.epoch)}, in ${counted(batch.shards, "shard")}`);
  facts.set("Cost", figure(cost), "the mean over the rows");
  facts.set("After the update", figure(after));
  if (predictions[0].label !== undefined) {
    const right = targets.filter((_, place) => !isWrong(found, place)).length;
    facts.set("Right answers", percent(right / targets.length), targets.length < rows ? `of the first ${count(targets.length)}` : "");
  }
  const recorded = batch.recorded_cost;
  if (batch.beyond_the_end) facts.set("Recorded", "nothing", `the job ends before step ${count(step)}: this is what one more would do`);
  else if (recorded === null) facts.set("Recorded", "nothing", `step ${count(step)} was not done`);
  else facts.set("Recorded", figure(recorded), recorded === cost ? `by step ${count(step)}: the same, to the last bit` : `by step ${count(step)}, on other hardware`);
}

/** The probability of each class, the target marked; none where the answer is a number. */
function bars({ targets: [target], predictions: [{ label, probabilities }] }) {
  if (!probabilities) return element("div", {});
  const all = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  const shown = all.filter(([name], place) => place < MOST_BARS || name === String(target));
  const rows = shown.map(([name, share]) => element("tr", { class: name === String(target) ? "is-target" : null },
    element("th", { scope: "row" }, name, element("small", {}, roles(name, target, label))),
    element("td", {}, bar(share)), element("td", { class: "right" }, percent(share))));
  return element("table", { class: "shares" }, element("caption", { class: "visually-hidden" }, "Probability of each class"), element("tbody", {}, ...rows));
}

function roles(name, target, label) {
  const found = [name === String(target) && "target", name === String(label) && "answer"].filter(Boolean);
  return found.length ? ` ${found.join(" and ")}` : "";
}

const bar = (share) => svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
  svg("rect", { width: 100, height: 8, class: "empty" }), svg("rect", { width: 100 * share, height: 8, class: "share" }));

/** The rows of a batch: each leads to its own trace, and says whether the answer is right. */
function rowsOf(found) {
  const { rows, row_numbers: numbers, targets, predictions } = found;
  const items = numbers.map((number, place) => {
    const answer = predictions[place].label;
    const said = answer === undefined ? `Row ${number}` : `Row ${number}: target ${targets[place]}, answer ${answer}`;
    const button = element("button", { type: "button", class: isWrong(found, place) ? "wrong" : null, title: said, "aria-label": said }, String(number));
    button.addEventListener("click", () => button.dispatchEvent(new CustomEvent("row", { detail: number, bubbles: true })));
    return element("li", {}, button);
  });
  const more = rows - items.length;
  return element("div", {},
    element("h3", {}, "Its rows"),
    element("p", { class: "soft small" }, `Press one to see it alone${predictions[0].label === undefined ? "." : "; a dashed one is answered wrong."}${more ? ` The first ${count(items.length)} of ${count(rows)}.` : ""}`),
    element("ul", { class: "batch-rows" }, ...items));
}

function isWrong({ targets, predictions }, place) {
  const { label } = predictions[place];
  return label !== undefined && String(label) !== String(targets[place]);
}

const told = (value) => [value].flat().map((each) => (typeof each === "number" ? figure(each) : String(each))).join(", ");

customElements.define("trace-answer", TraceAnswer);
