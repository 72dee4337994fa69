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
    const names = new Map(items.map(({ id, name }) => [id, name]));
    const kept = new Map(items.map((job) => [job.id, this.#rowOf(job, names)]));
    for (const [id, row] of this.#rows) if (!kept.has(id)) row.root.remove();
    this.#rows = kept;
    this.#arrange([...kept.values()]);
    this.table.hidden = !items.length;
    this.more.hidden = next === null || this.#limit >= MOST;
    await this.#tellNone(items.length);
  }

  /** A row that stands in its place already is not moved: moving takes the focus from it. */
  #arrange(rows) {
    for (const [place, { root }] of rows.entries()) {
      const there = this.body.children[place] ?? null;
      if (there !== root) this.body.insertBefore(root, there);
    }
  }

  #rowOf(job, names) {
    const known = this.#rows.get(job.id);
    known?.show(job, names);
    return known ?? new JobRow(job, names);
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
