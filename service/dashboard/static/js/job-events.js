/** <job-events>: what happened to a job, the newest on top. */

import { element } from "./dom.js";
import { clock } from "./format.js";

class JobEvents extends HTMLElement {
  connectedCallback() {
    this.seen = 0;
    this.list = element("ol", { class: "events", reversed: true });
    this.append(element("h2", {}, "Events"), this.list);
  }

  add(event) {
    if (event.id <= this.seen) return;
    this.seen = event.id;
    this.list.prepend(element("li", {}, element("time", { datetime: event.at, title: event.at }, clock(event.at)),
      element("span", { title: `${event.kind}, by ${event.actor}` }, event.message || event.kind)));
  }
}

customElements.define("job-events", JobEvents);
