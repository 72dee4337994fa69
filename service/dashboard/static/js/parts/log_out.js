/** <log-out>: ends the session of this browser. */

import { post } from "../api/ask.js";
import { element } from "../dom/element.js";

class LogOut extends HTMLElement {
  connectedCallback() {
    this.append(element("button", { type: "button", class: "quiet-button", onclick: () => this.end() }, "Log out"));
  }

  /** Whatever is answered, the page that follows shows where one stands. */
  async end() {
    await post("/logout").catch(() => null);
    location.assign("/");
  }
}

customElements.define("log-out", LogOut);
