/** <worker-list>: the worker processes that live, by host, and what each of them serves. */

import { api, ask } from "../api/ask.js";
import { element } from "../dom/element.js";
import { poll } from "../dom/poll.js";
import { command } from "../parts/command.js";
import "../parts/log_out.js";
import "../parts/problem_notice.js";
import { stateTag } from "../parts/state.js";
import "../parts/time_ago.js";
import { counted } from "../text/numbers.js";

const EVERY_MS = 2000;
const HEADS = ["Worker", "State", "Serves", "Process", "Started", "Last heard of"];
const SERVED = "running,pausing,cancelling";

class WorkerList extends HTMLElement {
  connectedCallback() {
    this.notice = document.querySelector("problem-notice");
    this.summary = this.querySelector(".summary");
    this.hosts = this.querySelector(".hosts");
    this.poll = poll((isCurrent) => this.#look(isCurrent), EVERY_MS);
  }

  async #look(isCurrent) {
    try {
      const [workers, jobs] = await Promise.all([ask(api`/workers`), ask(`${api`/jobs`}?state=${SERVED}&limit=200`)]);
      if (!isCurrent()) return;
      this.#show(workers.items, new Map(jobs.items.map(({ id, name }) => [id, name])));
      this.notice.clear();
    } catch (problem) {
      this.notice.show(problem);
      if (problem.isNoSession) this.poll.stop();
    }
  }

  /** Links would lose their focus if every heartbeat drew the table anew. */
  #show(workers, names) {
    const news = JSON.stringify([workers.map(({ id, state, job_id: job }) => [id, state, job]), [...names]]);
    if (news !== this.shown) {
      this.shown = news;
      this.summary.textContent = summary(workers);
      const hosts = byHost(workers);
      const cards = [...hosts].map(([host, those]) => card(host, those, names));
      this.hosts.replaceChildren(...(workers.length ? cards : [nobody()]));
    }
    for (const worker of workers) {
      document.getElementById(`seen-${worker.id}`)?.setAttribute("datetime", worker.last_seen_at);
    }
  }
}

function byHost(workers) {
  const hosts = new Map();
  for (const worker of workers) hosts.set(worker.host, [...(hosts.get(worker.host) ?? []), worker]);
  return hosts;
}

function summary(workers) {
  if (!workers.length) return "No worker lives: jobs wait until one does.";
  const serving = workers.filter(({ state }) => state === "serving").length;
  return `${counted(workers.length, "worker")}, ${serving} of them serving.`;
}

function card(host, workers, names) {
  const heads = HEADS.map((text) => element("th", { scope: "col" }, text));
  return element("section", { class: "card host" },
    element("h2", {}, `Host ${host}`),
    element("table", { class: "stack" }, element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...workers.map((worker) => row(worker, names)))));
}

function row(worker, names) {
  return element("tr", {},
    element("th", { scope: "row", class: "name" }, worker.name),
    element("td", {}, stateTag(worker.state)),
    element("td", { class: "name" }, serves(worker, names)),
    element("td", { "data-label": "Process" }, String(worker.pid)),
    element("td", { "data-label": "Started" }, element("time-ago", { datetime: worker.started_at })),
    element("td", { "data-label": "Heard of" }, element("time-ago", { id: `seen-${worker.id}`, datetime: worker.last_seen_at })));
}

function serves({ state, job_id: job }, names) {
  if (job) return element("a", { href: `/jobs/${encodeURIComponent(job)}` }, names.get(job) ?? job);
  return element("span", { class: "soft" }, state === "serving" ? "a job of another owner" : "nothing");
}

function nobody() {
  return element("div", { class: "card empty" },
    element("h2", {}, "Start a worker"),
    element("p", { class: "soft" }, "The embedded stack brings its own; elsewhere a worker is one command."),
    command("chainrule up --workers 4", "With the embedded stack"),
    command("python -m worker --concurrency 4", "A worker by itself"));
}

customElements.define("worker-list", WorkerList);
