/** <backprop-page>: rows on their way through a kept state of a job: forward, back, and what would be adjusted. */

import { api, ask, askAll } from "../api/ask.js";
import { setText } from "../dom/element.js";
import "../parts/log_out.js";
import "../parts/problem_notice.js";
import "../parts/trace_answer.js";
import "../parts/trace_choice.js";
import "../parts/trace_layers.js";
import "../parts/trace_weights.js";
import { shortOutline } from "../text/spec.js";

const AGAIN_MS = 3000;
const NOTHING_YET = "No checkpoint yet: the first is written when training begins.";

/** Units of a layer, and rows, that are shown one by one. */
const LIMIT = "256";

class BackpropPage extends HTMLElement {
  #id = this.dataset.job;
  #asked = 0;

  connectedCallback() {
    this.notice = this.querySelector("problem-notice");
    this.choice = this.querySelector("trace-choice");
    this.trace = this.querySelector(".trace");
    this.choice.addEventListener("choice", () => this.#look());
    this.trace.addEventListener("row", ({ detail }) => this.choice.pick(detail));
    this.#begin();
  }

  async #begin() {
    try {
      this.job = await ask(api`/jobs/${this.#id}`);
      const [checkpoints, dataset] = await Promise.all([
        askAll(api`/jobs/${this.#id}/checkpoints`), this.#dataset()]);
      this.notice.clear();
      document.title = `Backpropagation · ${this.job.name} · Chainrule`;
      setText(this.querySelector(".of-job"), checkpoints.length ? `${this.job.name} · ${shortOutline(this.job.spec)}` : NOTHING_YET);
      this.choice.hidden = !checkpoints.length;
      if (checkpoints.length) this.choice.offer(checkpoints, dataset.rows);
    } catch (problem) {
      this.notice.show(problem);
      if (problem.isPassing) setTimeout(() => this.#begin(), AGAIN_MS);
    }
  }

  /** What passes through the network; where it is gone, a trace says best what that means. */
  async #dataset() {
    try {
      return await ask(api`/datasets/${this.job.spec.dataset}`);
    } catch (problem) {
      if (problem.status === 404) await ask(`${api`/jobs/${this.#id}/backprop`}?top=0`);
      throw problem;
    }
  }

  /** Of several looks the last one counts; until its answer is there, what was seen stays, paler. */
  async #look() {
    const asked = ++this.#asked;
    this.trace.setAttribute("aria-busy", "true");
    try {
      const found = await ask(`${api`/jobs/${this.#id}/backprop`}?${new URLSearchParams({ ...this.choice.query, limit: LIMIT })}`);
      if (asked !== this.#asked) return;
      this.notice.clear();
      this.#show(found);
    } catch (problem) {
      if (asked !== this.#asked || (problem.status === 404 && (await this.#renew()))) return;
      this.trace.hidden = true;
      this.notice.show(problem);
    }
    this.trace.removeAttribute("aria-busy");
  }

  /** Whether the state that was asked for is gone and another one is asked for instead. */
  async #renew() {
    const checkpoints = await askAll(api`/jobs/${this.#id}/checkpoints`).catch(() => []);
    if (!checkpoints.length || checkpoints.some(({ step }) => step === this.choice.step)) return false;
    this.choice.renew(checkpoints);
    return true;
  }

  #show(found) {
    this.trace.hidden = false;
    for (const part of this.trace.children) part.show(found, this.job.spec);
  }
}

customElements.define("backprop-page", BackpropPage);
