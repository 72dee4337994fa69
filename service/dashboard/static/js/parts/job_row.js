/** One job's row in the list, changed in place: a focus in it stays where it is. */

import { element, setText } from "../dom/element.js";
import { NONE, count, figure, percent, short } from "../text/numbers.js";
import { shortOutline } from "../text/spec.js";
import { duration } from "../text/times.js";
import { done, headline, isShare, metricName, sentence } from "../text/words.js";
import { withJobLinks } from "./job_links.js";
import { stateTag } from "./state.js";
import "./time_ago.js";

/** States whose reason is worth a sentence in a list. */
const EXPLAINED = new Set(["queued", "pausing", "cancelling", "stopped", "failed"]);

export class JobRow {
  constructor(job, names) {
    this.link = element("a", { class: "job-name", href: `/jobs/${encodeURIComponent(job.id)}` });
    this.outline = element("span", { class: "why" });
    this.state = element("td", {});
    this.bar = element("progress", { max: "1", "aria-label": "Progress" });
    this.how = element("span", { class: "small number" });
    this.cost = element("span", {});
    this.costOf = element("span", { class: "why" });
    this.metric = element("td", { class: "right" });
    this.gang = element("td", { class: "right", "data-label": "Gang" });
    this.age = element("time-ago", { datetime: job.created_at });
    this.root = element("tr", {},
      element("td", {}, this.link, this.outline), this.state, element("td", {}, this.how, this.bar),
      element("td", { class: "right", "data-label": "Cost" }, this.cost, this.costOf), this.metric, this.gang, element("td", { class: "right", "data-label": "Submitted" }, this.age));
    this.show(job, names);
  }

  /** `names` has those of other jobs by their ids. */
  show(job, names) {
    setText(this.link, job.name);
    setText(this.outline, shortOutline(job.spec));
    this.#tellState(job, names);
    this.#tellProgress(job);
    this.#tellCost(job.latest ?? {});
    this.#tellMetric(job);
    const size = job.gang ? `${job.gang.members.length} of ${job.workers.max}` : NONE;
    setText(this.gang, size);
    this.gang.classList.toggle("none", !job.gang);
  }

  #tellState(job, names) {
    const text = EXPLAINED.has(job.state) ? sentence(job) : "";
    if (this.told === job.state + text) return;
    this.told = job.state + text;
    this.state.replaceChildren(stateTag(job.state), element("span", { class: "why" }, ...withJobLinks(text, names)));
  }

  #tellProgress({ progress, state, spec }) {
    this.bar.value = done(progress, state);
    this.bar.className = state;
    const parts = [`epoch ${count(progress.epoch)} of ${count(spec.training.max_epochs)}`];
    if (progress.eta_seconds != null) parts.push(`${duration(progress.eta_seconds)} left`);
    if (state === "running" && progress.samples_per_second) parts.push(`${short(progress.samples_per_second)} rows/s`);
    setText(this.how, parts.join(" · "));
  }

  #tellCost({ train_cost, validation_cost }) {
    const cost = validation_cost ?? train_cost;
    setText(this.cost, figure(cost));
    setText(this.costOf, cost == null ? "" : validation_cost == null ? "of training rows" : "of validation rows");
  }

  #tellMetric(job) {
    const [key, value] = headline(job.latest) ?? [];
    this.metric.classList.toggle("none", !key);
    if (!key) return setText(this.metric, NONE);
    this.metric.dataset.label = metricName(key);
    setText(this.metric, isShare(key) ? percent(value) : `${metricName(key)} ${figure(value)}`);
  }
}
