/** <job-list>: the owner's jobs, the newest first, kept up to date. */

import { ask } from "./api.js";
import { element, notice, stateTag, table } from "./dom.js";
import { ago, duration, number, percent, whole } from "./format.js";
import { refreshing } from "./refresh.js";

const STATES = ["queued", "running", "paused", "succeeded", "stopped", "failed", "cancelled"];
const FIRST_JOB = `chainrule datasets upload digits.csv
chainrule submit --data digits.csv --target label --hidden 128`;

class JobList extends HTMLElement {
  connectedCallback() {
    this.filter = element("select", { id: "state", onchange: () => this.load() },
      element("option", { value: "" }, "all states"), ...STATES.map((state) => element("option", {}, state)));
    this.content = element("div", {});
    this.append(element("p", { class: "row" }, element("label", { for: "state" }, "Show"), this.filter), this.content);
    refreshing(() => this.load());
  }

  async load() {
    try {
      const state = this.filter.value;
      const page = await ask(`/jobs?limit=100${state ? `&state=${state}` : ""}`);
      this.content.replaceChildren(page.items.length ? this.tableOf(page) : this.nothing(state));
    } catch (problem) {
      this.content.replaceChildren(notice(problem));
    }
  }

  tableOf(page) {
    const made = table(["Job", "State", "Progress", "#Cost", "#Validation", "#Rows/s", "Workers", "Submitted"], page.items.map(rowOf));
    const more = page.next ? element("p", { class: "quiet" }, "Only the newest 100 are shown; `chainrule jobs` lists all.") : "";
    return element("div", {}, made, more);
  }

  nothing(state) {
    if (state) return element("p", { class: "quiet" }, `No job is ${state}.`);
    return element("div", {}, element("p", {}, "There are no jobs yet. Submit the first one:"), element("pre", {}, FIRST_JOB));
  }
}

function rowOf(job) {
  const { progress } = job;
  const latest = job.latest ?? {};
  const bar = element("progress", { max: 1, value: progress.fraction ?? 0, "aria-label": `progress of ${job.name}` });
  const note = job.queue ? job.queue.blocked_by ?? "waiting" : progress.eta_seconds != null ? `${duration(progress.eta_seconds)} left` : `epoch ${whole(progress.epoch)}`;
  const measure = latest.validation_accuracy != null ? percent(latest.validation_accuracy) : number(latest.validation_cost);
  return [
    element("a", { href: `/jobs/${job.id}` }, job.name),
    stateTag(job.state),
    element("div", {}, bar, element("div", { class: "quiet" }, note)),
    number(latest.train_cost), measure, whole(progress.samples_per_second),
    job.gang ? String(job.gang.members.length) : "–",
    ago(job.created_at),
  ];
}

customElements.define("job-list", JobList);
