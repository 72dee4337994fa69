/** <job-filters>: which jobs are wanted, by state and by a part of the name; kept in the page's address. */

import { choices } from "../dom/choices.js";
import { element } from "../dom/element.js";

const GROUPS = {
  all: { text: "All", states: "" },
  active: { text: "Running", states: "running,pausing,cancelling" },
  waiting: { text: "Waiting", states: "queued,paused" },
  done: { text: "Succeeded", states: "succeeded,stopped" },
  failed: { text: "Failed", states: "failed" },
  cancelled: { text: "Cancelled", states: "cancelled" },
};
const TYPING_MS = 250;

class JobFilters extends HTMLElement {
  connectedCallback() {
    const asked = new URLSearchParams(location.search);
    this.group = asked.get("show") in GROUPS ? asked.get("show") : "all";
    this.name = asked.get("name") ?? "";
    const options = Object.entries(GROUPS).map(([key, { text }]) => [key, text]);
    const search = element("input", { type: "search", placeholder: "Find by name", "aria-label": "Find by name", value: this.name });
    search.addEventListener("input", () => this.#typed(search.value));
    this.append(choices("Show jobs", options, this.group, (group) => this.#set({ group })), search);
  }

  /** As the API's parameters. */
  get query() {
    const { states } = GROUPS[this.group];
    return { ...(states && { state: states }), ...(this.name && { name: this.name }) };
  }

  get isOff() {
    return this.group === "all" && !this.name;
  }

  #typed(name) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#set({ name: name.trim() }), TYPING_MS);
  }

  #set({ group = this.group, name = this.name }) {
    this.group = group;
    this.name = name;
    const address = new URLSearchParams({ ...(group !== "all" && { show: group }), ...(name && { name }) });
    history.replaceState(null, "", `${location.pathname}${address.size ? `?${address}` : ""}`);
    this.dispatchEvent(new Event("filter"));
  }
}

customElements.define("job-filters", JobFilters);
