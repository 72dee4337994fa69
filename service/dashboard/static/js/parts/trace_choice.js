/** <trace-choice>: which kept state, and which row or batch passes through it; kept in the page's address. */

import { choices } from "../dom/choices.js";
import { element, freshId, setText } from "../dom/element.js";
import { count } from "../text/numbers.js";

const TYPING_MS = 300;
const WHAT = [["row", "One row"], ["batch", "The step's batch"]];

class TraceChoice extends HTMLElement {
  /** Offer these states, and the rows 0 up to `rows`; what the address asks for is chosen. */
  offer(checkpoints, rows) {
    const asked = new URLSearchParams(location.search);
    this.steps = checkpoints.map(({ step }) => step);
    this.rows = rows;
    this.step = this.steps.includes(Number(asked.get("step") ?? NaN)) ? Number(asked.get("step")) : this.steps.at(-1);
    this.what = asked.get("batch") === "true" ? "batch" : "row";
    this.row = this.#within(Number(asked.get("row")));
    this.#build(checkpoints);
    this.#tell();
    this.#notice(this.#instead(asked));
  }

  /** Take in which states are kept now: a running job lets go of older ones. */
  renew(checkpoints) {
    this.offer(checkpoints, this.rows);
    this.#address();
    this.state.focus();
  }

  /** As the API's parameters. */
  get query() {
    return this.what === "batch" ? { step: this.step, batch: "true" } : { step: this.step, row: this.row };
  }

  /** Have one row pass, and nothing else. */
  pick(row) {
    this.#set({ what: "row", row });
    this.querySelector('input[value="row"]').checked = true;
    this.number.focus();
  }

  /** What is shown in place of what the address asks for; empty if that is there. */
  #instead(asked) {
    const [step, row] = [asked.get("step"), this.what === "row" ? asked.get("row") : null];
    const said = [];
    if (step && Number(step) !== this.step) said.push(`Step ${namedNumber(step)} is ${Number(step) < this.step ? "no longer" : "not"} kept; showing step ${count(this.step)}.`);
    if (row && Number(row) !== this.row) said.push(`The dataset has no row ${namedNumber(row)}; showing row ${count(this.row)}.`);
    return said.join(" ");
  }

  #notice(text) {
    setText(this.missed, text);
    this.missed.hidden = !text;
  }

  #build(checkpoints) {
    const options = [...checkpoints].reverse().map((each, age) =>
      element("option", { value: each.step, selected: each.step === this.step }, named(each, age)));
    this.state = element("select", { id: freshId("state") }, ...options);
    this.state.addEventListener("change", () => this.#set({ step: Number(this.state.value) }));
    this.number = element("input", { id: freshId("row"), type: "text", inputmode: "numeric", pattern: "[0-9]*", value: this.row });
    this.number.addEventListener("input", () => this.#typed());
    const [before, after] = [this.#button("←", "Row before", -1), this.#button("→", "Row after", 1)];
    this.one = element("div", { class: "field" }, element("label", { for: this.number.id }, "Row of the dataset"),
      element("div", { class: "stepper" }, before, this.number, after));
    this.said = element("p", { class: "soft small" });
    this.missed = element("p", { class: "notice missed", hidden: true, role: "status" });
    this.replaceChildren(
      element("div", { class: "trace-choice" },
        element("div", { class: "field" }, element("label", { for: this.state.id }, "Weights to look at"), this.state),
        choices("What passes through the network", WHAT, this.what, (what) => this.#set({ what })),
        this.one),
      this.said, this.missed);
  }

  #button(text, name, way) {
    const button = element("button", { type: "button", "aria-label": name }, text);
    button.addEventListener("click", () => this.#set({ row: this.#within(this.row + way) }));
    return button;
  }

  #typed() {
    clearTimeout(this.typing);
    if (!/^\d+$/.test(this.number.value.trim())) return;
    this.typing = setTimeout(() => this.#set({ row: Number(this.number.value) }), TYPING_MS);
  }

  #within(row) {
    return Math.min(Math.max(0, Math.trunc(row) || 0), this.rows - 1);
  }

  #set({ step = this.step, what = this.what, row = this.row }) {
    clearTimeout(this.typing);
    Object.assign(this, { step, what, row });
    this.#notice("");
    this.#address();
    this.#tell();
  }

  #address() {
    history.replaceState(null, "", `${location.pathname}?${new URLSearchParams(this.query)}`);
  }

  #tell() {
    const isRow = this.what === "row";
    if (this.number.value.trim() !== String(this.row)) this.number.value = this.row;
    this.one.hidden = !isRow;
    setText(this.said, isRow ? `Rows are counted from 0 to ${count(this.rows - 1)}. The row counts once, and nothing is dropped.`
      : `What step ${count(this.step)} trains on, the step that begins with these weights: its rows as they count, its shards, its dropout.`);
    this.dispatchEvent(new Event("choice"));
  }
}

/** What the address has for a number, as it is if it is none. */
const namedNumber = (text) => (/^\d+$/.test(text) ? count(Number(text)) : `“${text}”`);

/** In words; the newest has the age 0. */
function named({ step, epoch }, age) {
  const when = step ? `after step ${count(step)}, epoch ${count(epoch)}` : "before the first step";
  return age ? when : `${when} (newest)`;
}

customElements.define("trace-choice", TraceChoice);
