/** <job-events>: the story of a job, the newest first; checkpoints in a row are told as one. */

import { element } from "../dom/element.js";
import { counted } from "../text/numbers.js";
import { clock, moment } from "../text/times.js";

const TROUBLE = new Set(["restart", "member_lost", "member_failed", "checkpoint_failed", "checkpoint_unsound"]);
const SHOWN = 60;

class JobEvents extends HTMLElement {
  #events = new Map();
  #all = false;

  connectedCallback() {
    this.list = element("ol", { class: "events", tabindex: "0", "aria-label": "Events, the newest first" });
    this.more = element("button", { type: "button", class: "link-button small", hidden: true }, "Show all");
    this.more.addEventListener("click", () => {
      this.#all = true;
      this.#draw();
    });
    this.append(element("div", { class: "card-head" }, element("h2", {}, "Events"), this.more), this.list);
  }

  /** Take events in, in any order and as often as they come. */
  add(events) {
    const before = this.#events.size;
    for (const event of events) this.#events.set(event.id, event);
    if (this.#events.size === before || this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.#draw();
    });
  }

  #draw() {
    const groups = grouped([...this.#events.values()].sort((a, b) => a.id - b.id)).reverse();
    const shown = this.#all ? groups : groups.slice(0, SHOWN);
    this.more.hidden = shown.length === groups.length;
    this.list.replaceChildren(...shown.map(item));
  }
}

/** Runs of checkpoints become one group; everything else is a group of its own. */
function grouped(events) {
  const groups = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (event.kind === "checkpoint" && last?.at(-1).kind === "checkpoint") last.push(event);
    else groups.push([event]);
  }
  return groups;
}

function item(group) {
  const event = group.at(-1);
  const text = group.length > 1 ? `${counted(group.length, "checkpoint")}, the last at step ${event.details.step}` : event.message;
  const when = element("time", { class: "when", datetime: event.at, title: moment(event.at) }, clock(event.at));
  return element("li", { class: kindOf(event) }, element("p", {}, change(event), text), when);
}

function kindOf({ kind, details }) {
  if (TROUBLE.has(kind) || details.after === "failed") return "trouble";
  return kind === "state" || kind === "submitted" ? "state-change" : null;
}

/** The new state, before the words about it. */
const change = ({ kind, details }) => (kind === "state" && details.after ? element("strong", {}, `${details.after} · `) : null);

customElements.define("job-events", JobEvents);
