/** <job-summary>: what a job is, where it stands and how far it has come. */

import { element, setText } from "../dom/element.js";
import { NONE, count, figure, percent, short } from "../text/numbers.js";
import { outline } from "../text/spec.js";
import { duration, secondsBetween } from "../text/times.js";
import { done, headline, isShare, metricName, sentence } from "../text/words.js";
import { Facts } from "./facts.js";
import "./job_actions.js";
import "./job_identity.js";
import { withJobLinks } from "./job_links.js";
import { stateTag } from "./state.js";
import "./time_ago.js";

class JobSummary extends HTMLElement {
  #job = null;

  connectedCallback() {
    this.name = element("h1", {});
    this.state = element("p", { class: "job-state" });
    this.spoken = element("p", { class: "visually-hidden", role: "status" });
    this.outline = element("p", { class: "soft small" });
    this.identity = element("job-identity", { class: "soft small" });
    this.actions = document.createElement("job-actions");
    this.bar = element("progress", { max: "1", "aria-label": "Progress" });
    this.share = element("span", {});
    this.left = element("span", {});
    this.facts = new Facts();
    this.digest = element("p", { class: "digest small" });
    this.append(
      element("div", { class: "job-title" }, element("div", {}, this.name, this.state, this.spoken, this.outline, this.identity), this.actions),
      element("div", { class: "job-progress" }, this.bar, element("p", {}, this.share, this.left)),
      this.facts.root,
      this.digest,
    );
    this.timer = setInterval(() => this.#job && !document.hidden && this.#tellTimes(this.#job), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show(job) {
    this.#job = job;
    setText(this.name, job.name);
    setText(this.outline, outline(job.spec));
    this.identity.show(job);
    this.#tellState(job);
    this.#tellProgress(job);
    this.#tellFacts(job);
    this.#tellTimes(job);
    this.digest.hidden = !job.weights_sha256;
    if (job.weights_sha256) this.digest.replaceChildren("SHA-256 of the last weights ", element("code", {}, job.weights_sha256));
  }

  /** Read aloud is the state alone: the sentence of a waiting job changes with every second of somebody else's. */
  #tellState(job) {
    const text = sentence(job);
    setText(this.spoken, `The job is ${job.state}. ${job.finished_at ? text : ""}`);
    const more = job.finished_at && job.state === "failed" && job.message !== text ? job.message : null;
    const told = [job.state, text, more].join();
    if (told === this.told) return;
    this.told = told;
    this.state.replaceChildren(stateTag(job.state), element("span", {}, ...withJobLinks(text)), ...(more ? [element("span", { class: "soft" }, more)] : []));
  }

  #tellProgress({ progress, state }) {
    this.bar.value = done(progress, state);
    this.bar.className = state;
    const isEarly = state === "succeeded" && progress.fraction < 1;
    setText(this.share, isEarly ? `Done after ${percent(progress.fraction)} of its steps` : percent(progress.fraction ?? 0));
    const left = progress.eta_seconds == null ? "" : `about ${duration(progress.eta_seconds)} left`;
    setText(this.left, left);
  }

  #tellFacts(job) {
    const { progress, spec } = job;
    const latest = job.latest ?? {};
    const [key, value] = headline(latest) ?? [];
    this.facts.set("Epoch", count(progress.epoch), `of ${count(spec.training.max_epochs)}`);
    this.facts.set("Step", count(progress.step), `of ${count(progress.steps_total)}`);
    this.facts.set("Training cost", figure(latest.train_cost));
    this.facts.set("Validation cost", latest.validation_cost == null ? null : figure(latest.validation_cost));
    if (key) this.facts.set(`Validation ${metricName(key)}`, isShare(key) ? percent(value) : figure(value));
    this.facts.set("Best epoch", job.best?.epoch == null ? null : count(job.best.epoch), bestNote(job.best));
    const speed = progress.samples_per_second;
    this.facts.set("Speed", speed == null ? NONE : short(speed), speed == null ? "" : "rows a second");
    this.facts.set("Restarts", job.restarts ? count(job.restarts) : null);
    const mixed = job.mixed_since_step;
    this.facts.set("Mixed hardware", mixed == null ? null : `since step ${count(mixed)}`, "its bits depend on who served it");
    this.facts.set("Priority", job.priority ? count(job.priority) : null);
    const labels = Object.entries(job.labels).map(([name, text]) => `${name}: ${text}`);
    this.facts.set("Labels", labels.length ? labels.join(", ") : null);
  }

  #tellTimes(job) {
    const now = job.finished_at ?? new Date().toISOString();
    const spent = job.started_at ? duration(secondsBetween(job.started_at, now)) : null;
    this.facts.set(job.finished_at ? "Took" : "Running for", spent);
    this.facts.set("Waited", job.started_at ? null : duration(secondsBetween(job.created_at, now)));
    if (job.finished_at) this.facts.set("Running for", null);
  }
}

function bestNote(best) {
  if (!best?.metric) return "";
  const value = best[best.metric];
  return `${best.metric.replaceAll("_", " ")} ${isShare(best.metric) ? percent(value) : figure(value)}`;
}

customElements.define("job-summary", JobSummary);
