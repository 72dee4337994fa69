/** <job-list>: all jobs, kept up to date while somebody looks. */

import { api, ask } from "../api/ask.js";
import { poll } from "../dom/poll.js";
import "../parts/job_filters.js";
import { JobRow } from "../parts/job_row.js";
import "../parts/log_out.js";
import { noJobs } from "../parts/no_jobs.js";
import "../parts/problem_notice.js";

const EVERY_MS = 2000;
const PAGE = 50;
const MOST = 500;

class JobList extends HTMLElement {
  #rows = new Map();
  #limit = PAGE;

  connectedCallback() {
    this.notice = document.querySelector("problem-notice");
    this.filters = this.querySelector("job-filters");
    this.table = this.querySelector("table");
    this.body = this.querySelector("tbody");
    this.message = this.querySelector(".message");
    this.more = this.querySelector(".more");
    this.more.addEventListener("click", () => this.#askMore());
    this.filters.addEventListener("filter", () => this.poll.again());
    this.poll = poll((isCurrent) => this.#look(isCurrent), EVERY_MS);
  }

  async #look(isCurrent) {
    const query = new URLSearchParams({ ...this.filters.query, limit: this.#limit });
    try {
      const page = await ask(`${api`/jobs`}?${query}`);
      if (!isCurrent()) return;
      await this.#show(page);
      this.notice.clear();
    } catch (problem) {
      this.notice.show(problem);
      if (problem.isNoSession) this.poll.stop();
    }
  }

  async #show({ items, next }) {
    const kept = new Map(items.map((job) => [job.id, this.#rowOf(job)]));
    for (const [id, row] of this.#rows) if (!kept.has(id)) row.root.remove();
    this.#rows = kept;
    [...kept.values()].forEach(({ root }, place) => this.body.children[place] !== root && this.body.insertBefore(root, this.body.children[place] ?? null));
    this.table.hidden = !items.length;
    this.more.hidden = next === null || this.#limit >= MOST;
    await this.#tellNone(items.length);
  }

  #rowOf(job) {
    const known = this.#rows.get(job.id);
    known?.show(job);
    return known ?? new JobRow(job);
  }

  /** The first job is helped into being; of a filter that finds nothing, only that is said. */
  async #tellNone(found) {
    const kind = found ? "some" : this.filters.isOff ? "no jobs" : "none found";
    if (kind === this.told) return;
    this.told = kind;
    this.filters.hidden = kind === "no jobs";
    this.querySelector(".card.list").hidden = kind === "no jobs";
    this.message.textContent = kind === "none found" ? "No job is like that." : "";
    this.querySelector(".first").replaceChildren(...(kind === "no jobs" ? [await noJobs()] : []));
  }

  #askMore() {
    this.#limit = Math.min(MOST, this.#limit + 2 * PAGE);
    this.poll.again();
  }
}

customElements.define("job-list", JobList);
