/** <time-ago datetime="…">: how long ago something was, kept up to date; the moment itself is its title. */

import { setText } from "../dom/element.js";
import { age, moment } from "../text/times.js";

const shown = new Set();

class TimeAgo extends HTMLElement {
  static observedAttributes = ["datetime"];

  connectedCallback() {
    shown.add(this);
    this.tick();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  attributeChangedCallback() {
    this.tick();
  }

  tick() {
    const iso = this.getAttribute("datetime");
    if (!iso) return;
    setText(this, age(iso));
    this.title = moment(iso);
  }
}

customElements.define("time-ago", TimeAgo);
setInterval(() => document.hidden || shown.forEach((each) => each.tick()), 1000);
