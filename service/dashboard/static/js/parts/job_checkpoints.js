/** <job-checkpoints>: the kept states of a job, each as a file of weights. */

import { api, askAll } from "../api/ask.js";
import { element } from "../dom/element.js";
import { bytes, count } from "../text/numbers.js";
import "./time_ago.js";

const FORMATS = ["safetensors", "npz"];

class JobCheckpoints extends HTMLElement {
  #asked = 0;

  connectedCallback() {
    this.table = element("div", { class: "scroll" });
    this.append(element("div", { class: "card-head" }, element("h2", {}, "Weights")), this.table);
  }

  /** Ask for the list; of several requests the last one counts. */
  async load(jobId) {
    const asked = ++this.#asked;
    const checkpoints = await askAll(api`/jobs/${jobId}/checkpoints`);
    if (asked === this.#asked) this.#draw(jobId, checkpoints);
  }

  #draw(jobId, checkpoints) {
    if (!checkpoints.length) {
      this.table.replaceChildren(element("p", { class: "soft" }, "No checkpoint yet: the first is written when training begins."));
      return;
    }
    const newest = checkpoints.at(-1);
    const rows = [
      row(jobId, "best", "Best so far", "as of the last checkpoint", null),
      row(jobId, "last", "Last", `step ${count(newest.step)}`, newest),
      ...checkpoints.slice(0, -1).reverse().map((each) => row(jobId, each.step, `Step ${count(each.step)}`, each.step ? `epoch ${count(each.epoch)}` : "the initial weights", each)),
    ];
    const heads = ["Which", "Saved", "Download"].map((text) => element("th", { scope: "col" }, text));
    this.table.replaceChildren(
      element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
  }
}

function row(jobId, which, name, note, checkpoint) {
  const saved = checkpoint && [element("time-ago", { datetime: checkpoint.created_at }), element("span", { class: "soft small" }, `, ${bytes(checkpoint.size_bytes)}`)];
  return element("tr", {},
    element("th", { scope: "row" }, name, element("span", { class: "soft small" }, ` ${note}`)),
    element("td", {}, ...(saved ?? [])),
    element("td", {}, element("span", { class: "buttons" }, ...FORMATS.map((format) => link(jobId, which, format, name)))));
}

function link(jobId, which, format, name) {
  const href = `${api`/jobs/${jobId}/weights`}?which=${encodeURIComponent(which)}&format=${format}`;
  return element("a", { href, download: true, "aria-label": `${name} as ${format}` }, format);
}

customElements.define("job-checkpoints", JobCheckpoints);
