/** <worker-list>: the worker processes that live now. */

import { ask, post } from "./api.js";
import { element, notice, stateTag, table } from "./dom.js";
import { ago } from "./format.js";
import { refreshing } from "./refresh.js";

class WorkerList extends HTMLElement {
  connectedCallback() {
    refreshing(() => this.load());
  }

  async load() {
    try {
      const { items } = await ask("/workers");
      this.replaceChildren(items.length ? this.tableOf(items) : element("p", {}, "No worker is running: start one with ", element("code", {}, "celery -A worker.app worker"), "."));
    } catch (problem) {
      this.replaceChildren(notice(problem));
    }
  }

  tableOf(workers) {
    return table(["Worker", "Host", "#Process", "State", "Serves", "Seen", ""], workers.map((worker) => [
      worker.name, worker.host, String(worker.pid), stateTag(worker.state === "serving" ? "running" : worker.state),
      worker.job_id ? element("a", { href: `/jobs/${worker.job_id}` }, worker.job_id) : "–", ago(worker.last_seen_at),
      element("button", { type: "button", disabled: worker.state === "draining", onclick: () => this.drain(worker) }, "drain"),
    ]));
  }

  async drain(worker) {
    if (!confirm(`Have ${worker.name} take no more work? It leaves its job at the next step, and nothing is lost.`)) return;
    try {
      await post(`/workers/${worker.id}/drain`);
      await this.load();
    } catch (problem) {
      this.prepend(notice(problem));
    }
  }
}

customElements.define("worker-list", WorkerList);
