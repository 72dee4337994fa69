/** <job-checkpoints>: the states that are kept, to be downloaded. */

import { ask, urlOf } from "./api.js";
import { element, notice, table } from "./dom.js";
import { ago, bytes, whole } from "./format.js";

class JobCheckpoints extends HTMLElement {
  async load() {
    const job = this.dataset.job;
    try {
      const { items } = await ask(`/jobs/${job}/checkpoints?limit=500`);
      const rows = items.map((item) => [whole(item.step), whole(item.epoch), bytes(item.size_bytes), ago(item.created_at), links(job, item.step)]);
      this.replaceChildren(element("h2", {}, "Checkpoints"),
        items.length ? table(["#Step", "#Epoch", "#Size", "Written", "Weights"], rows.reverse()) : element("p", { class: "quiet" }, "None yet."));
    } catch (problem) {
      this.replaceChildren(notice(problem));
    }
  }
}

/** Links to one kept state in both formats. */
export function links(job, which) {
  const link = (format) => element("a", { href: `${urlOf(`/jobs/${job}/weights`)}?which=${which}&format=${format}`, download: true }, format);
  return element("span", { class: "row" }, link("safetensors"), link("npz"));
}

customElements.define("job-checkpoints", JobCheckpoints);
