/** <job-checkpoints>: the kept states of a job, each as a file of weights and as a way to see it at work. */

import { api, askAll } from "../api/ask.js";
import { element } from "../dom/element.js";
import { bytes, count } from "../text/numbers.js";
import "./time_ago.js";

const FORMATS = ["safetensors", "npz"];

class JobCheckpoints extends HTMLElement {
  #asked = 0;

  connectedCallback() {
    this.table = element("div", { class: "scroll" });
    this.see = element("a", { class: "small", hidden: true }, "See backpropagation");
    this.append(element("div", { class: "card-head" }, element("h2", {}, "Weights"), this.see), this.table);
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
    this.see.href = `/jobs/${encodeURIComponent(jobId)}/backprop`;
    this.see.hidden = false;
    const newest = checkpoints.at(-1);
    const older = checkpoints.slice(0, -1).reverse();
    const rows = [
      row(jobId, "last", "Last", newest),
      row(jobId, "best", "Best", null),
      ...older.map((each) => row(jobId, each.step, each.step ? `Step ${count(each.step)}` : "Start", each)),
    ];
    this.table.replaceChildren(element("table", {},
      element("caption", { class: "visually-hidden" }, "Weights to download"), element("tbody", {}, ...rows)));
  }
}

function row(jobId, which, name, checkpoint) {
  return element("tr", {},
    element("th", { scope: "row" }, name, element("span", { class: "soft small note" }, ...note(which, checkpoint))),
    element("td", { class: "downloads" }, ...FORMATS.map((format) => link(jobId, which, format, name)), trace(jobId, name, checkpoint)));
}

/** Of the best weights only the file is known: they lie in the newest checkpoint. */
function note(which, checkpoint) {
  if (!checkpoint) return ["by the watched metric, as of the last checkpoint; before an epoch has ended, the last"];
  const what = checkpoint.step === 0 ? "the initial weights" : `epoch ${count(checkpoint.epoch)}`;
  const place = which === "last" && checkpoint.step ? `step ${count(checkpoint.step)}, ` : "";
  return [`${place}${what} · ${bytes(checkpoint.size_bytes)} · `, element("time-ago", { datetime: checkpoint.created_at })];
}

/** To the page that lets rows pass through this state; the best weights are no state of their own. */
function trace(jobId, name, checkpoint) {
  if (!checkpoint) return null;
  const href = `/jobs/${encodeURIComponent(jobId)}/backprop?step=${checkpoint.step}`;
  return element("a", { href, "aria-label": `${name}: trace rows through it` }, "trace");
}

function link(jobId, which, format, name) {
  const href = `${api`/jobs/${jobId}/weights`}?which=${encodeURIComponent(which)}&format=${format}`;
  return element("a", { href, download: true, "aria-label": `${name} as ${format}` }, format);
}

customElements.define("job-checkpoints", JobCheckpoints);
