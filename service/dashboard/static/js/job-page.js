/** <job-page>: one job, live. One stream feeds all of its parts. */

import { ask, post, urlOf } from "./api.js";
import { element, notice, stateTag } from "./dom.js";
import { ago, duration, number, percent, whole } from "./format.js";
import { links } from "./job-checkpoints.js";
import "./job-charts.js";
import "./job-events.js";
import "./job-gang.js";

const STEERING = {
  pause: ["queued", "running"],
  resume: ["paused"],
  cancel: ["queued", "running", "pausing", "paused"],
};

class JobPage extends HTMLElement {
  async connectedCallback() {
    this.job = this.dataset.job;
    const part = (name) => element(name, { "data-job": this.job, class: "card" });
    this.head = element("div", { "aria-live": "polite" });
    this.charts = part("job-charts");
    this.gang = part("job-gang");
    this.events = part("job-events");
    this.checkpoints = part("job-checkpoints");
    this.spec = element("pre", {});
    for (const card of [this.charts, this.gang, this.events, this.checkpoints]) card.style.display = "block";
    this.problems = element("div", {});
    try {
      const job = await ask(`/jobs/${this.job}`);
      this.append(this.problems, this.head,
        element("div", { class: "columns" }, element("div", {}, this.charts, this.checkpoints), element("div", {}, this.gang, this.events)),
        element("details", { class: "card" }, element("summary", {}, "Spec, with every default"), this.spec));
      this.show(job);
      this.follow();
    } catch (problem) {
      this.append(notice(problem));
    }
  }

  follow() {
    const stream = new EventSource(urlOf(`/jobs/${this.job}/stream`));
    const on = (name, act) => stream.addEventListener(name, (message) => act(JSON.parse(message.data)));
    on("job", (job) => this.show(job));
    on("epochs", (news) => this.charts.add("epochs", news));
    on("steps", (news) => this.charts.add("steps", news));
    on("event", (event) => {
      this.events.add(event);
      if (event.kind === "checkpoint") this.checkpoints.load();
    });
    on("end", () => {
      stream.close();
      this.checkpoints.load();
    });
  }

  show(job) {
    document.title = `${job.name} · Chainrule`;
    const { progress } = job;
    const latest = job.latest ?? {};
    const best = job.best ?? {};
    this.head.replaceChildren(
      element("div", { class: "row apart" }, element("h1", {}, job.name), this.buttons(job)),
      element("div", { class: "row" }, stateTag(job.state), element("span", { class: "quiet" }, job.message ?? job.queue?.blocked_by ?? "")),
      element("progress", { max: 1, value: progress.fraction ?? 0, "aria-label": "progress" }),
      element("dl", { class: "figures" },
        figure("Epoch", `${whole(progress.epoch)} of ${whole(job.spec.training.max_epochs)}`),
        figure("Step", whole(progress.step)),
        figure("Train cost", number(latest.train_cost)),
        figure("Validation cost", number(latest.validation_cost)),
        latest.validation_accuracy == null ? figure("R²", number(latest.validation_r2)) : figure("Validation accuracy", percent(latest.validation_accuracy)),
        figure("Best", best.metric ? `${number(best[best.metric])} (epoch ${whole(best.epoch)})` : "–", best.metric?.replaceAll("_", " ")),
        figure("Rows a second", whole(progress.samples_per_second)),
        job.finished_at ? figure("Ended", ago(job.finished_at)) : figure("Time left", duration(progress.eta_seconds)),
        figure("Restarts", whole(job.restarts))));
    if (job.weights_sha256) {
      this.head.append(element("p", { class: "row" }, "Weights of the last step:", links(this.job, "last"), "· of the best epoch:", links(this.job, "best")),
        element("p", { class: "quiet" }, "SHA-256 ", element("span", { class: "mono" }, job.weights_sha256)));
    }
    this.gang.show(job);
    this.spec.textContent = JSON.stringify(job.spec, null, 2);
  }

  buttons(job) {
    const able = Object.entries(STEERING).filter(([, states]) => states.includes(job.state));
    const made = able.map(([name]) => element("button", { type: "button", class: name === "cancel" ? "danger" : null, onclick: () => this.steer(name, job) }, name));
    return element("div", { class: "row" }, ...made);
  }

  async steer(name, job) {
    if (name === "cancel" && !confirm(`Cancel “${job.name}”? It cannot be started again.`)) return;
    try {
      this.problems.replaceChildren();
      this.show(await post(`/jobs/${this.job}/${name}`));
    } catch (problem) {
      this.problems.replaceChildren(notice(problem));
    }
  }
}

const figure = (name, value, title) => element("div", { class: "figure" }, element("dt", {}, name), element("dd", { title }, value));

customElements.define("job-page", JobPage);
