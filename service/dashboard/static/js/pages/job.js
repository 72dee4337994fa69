/** <job-page>: one job, live. It asks, listens, and hands the news to its parts. */

import { api, ask, askAll } from "../api/ask.js";
import "../charts/cost_chart.js";
import "../charts/impact_chart.js";
import "../charts/metrics_chart.js";
import { Feed } from "../live/feed.js";
import { History } from "../live/history.js";
import "../parts/job_checkpoints.js";
import "../parts/job_events.js";
import "../parts/job_gang.js";
import "../parts/job_report.js";
import "../parts/job_spec.js";
import "../parts/job_summary.js";
import "../parts/log_out.js";
import "../parts/problem_notice.js";

const AGAIN_MS = 3000;
const CONNECTION = { live: "Live", lost: "Connection lost, trying again", ended: "" };

class JobPage extends HTMLElement {
  #id = this.dataset.job;
  #history = new History(this.dataset.job);

  connectedCallback() {
    this.find = (name) => this.querySelector(name);
    this.notice = this.find("problem-notice");
    this.connection = this.find(".connection");
    this.find("cost-chart").follow(this.#history);
    this.find("metrics-chart").follow(this.#history);
    this.find("impact-chart").follow(this.#history);
    this.addEventListener("steered", ({ detail }) => this.#show(detail));
    this.addEventListener("problem", ({ detail }) => this.notice.show(detail));
    this.#begin();
  }

  /** The job first: when it has ended already, what is asked for afterwards is complete. */
  async #begin() {
    try {
      const job = await ask(api`/jobs/${this.#id}`);
      this.notice.clear();
      this.find(".job-content").hidden = false;
      this.#show(job);
      this.find("job-report").show(job);
      await Promise.all([this.#history.load(), this.#loadEvents(), this.#loadCheckpoints()]);
      if (job.finished_at) this.#tellConnection("ended");
      else this.#listen();
    } catch (problem) {
      this.notice.show(problem);
      if (problem.isPassing) setTimeout(() => this.#begin(), AGAIN_MS);
    }
  }

  #listen() {
    const feed = new Feed(this.#id);
    const on = (name, act) => feed.addEventListener(name, ({ detail }) => act(detail));
    on("job", (job) => this.#show(job));
    on("epochs", (table) => this.#history.add("epoch", table));
    on("steps", (table) => this.#history.add("step", table));
    on("event", (event) => this.#hear(event));
    on("end", () => this.#showEnd());
    on("connection", (state) => this.#tellConnection(state));
    feed.open();
  }

  #hear(event) {
    this.find("job-events").add([event]);
    if (event.kind === "checkpoint") this.#loadCheckpoints();
  }

  #show(job) {
    document.title = `${job.name} · ${job.state} · Chainrule`;
    for (const name of ["job-summary", "job-actions", "job-gang"]) this.find(name).show(job);
    this.find("job-spec").show(job.spec);
    this.find("cost-chart").bestEpoch = job.best?.epoch ?? null;
  }

  /** A lost stream may be a session that has ended: asking says which it is. */
  async #tellConnection(state) {
    this.connection.hidden = state === "ended"; // the job's own state says so already
    this.connection.className = `connection ${state}`;
    this.connection.textContent = CONNECTION[state];
    if (state !== "lost") {
      this.notice.clear();
      return;
    }
    await ask(api`/jobs/${this.#id}`).catch((problem) => this.notice.show(problem));
  }

  async #loadEvents() {
    this.find("job-events").add(await askAll(api`/jobs/${this.#id}/events`));
  }

  /** What comes with the end alone: the last weights, and the report, which no message of the stream carries. */
  async #showEnd() {
    await this.#loadCheckpoints();
    await ask(api`/jobs/${this.#id}`).then((job) => this.find("job-report").show(job), (problem) => this.notice.show(problem));
  }

  /** A list that cannot be had now is asked for again with the next checkpoint. */
  async #loadCheckpoints() {
    await this.find("job-checkpoints").load(this.#id).catch((problem) => this.notice.show(problem));
  }
}

customElements.define("job-page", JobPage);
