/** <job-actions>: what can be done with a job in its present state. */

import { api, post } from "../api/ask.js";
import { confirmed } from "../dom/confirm.js";
import { element } from "../dom/element.js";

const ACTIONS = [
  { verb: "pause", text: "Pause", states: ["queued", "running"] },
  { verb: "resume", text: "Resume", states: ["paused"] },
  { verb: "cancel", text: "Cancel job", states: ["queued", "running", "pausing", "paused"], class: "danger" },
];

class JobActions extends HTMLElement {
  #job = null;
  #busy = false;

  connectedCallback() {
    this.classList.add("buttons");
    this.buttons = ACTIONS.map((action) =>
      element("button", { type: "button", class: action.class, hidden: true, onclick: () => this.#act(action) }, action.text));
    this.download = element("a", { class: "button primary", download: true, hidden: true });
    this.append(...this.buttons, this.download);
  }

  show(job) {
    this.#job = job;
    ACTIONS.forEach(({ states }, index) => (this.buttons[index].hidden = !states.includes(job.state)));
    this.download.hidden = !job.weights_sha256;
    this.download.textContent = `Download the ${job.best ? "best" : "last"} weights`;
    this.download.href = `${api`/jobs/${job.id}/weights`}?which=best&format=safetensors`;
    this.#enable();
  }

  async #act({ verb }) {
    const job = this.#job;
    if (verb === "cancel" && !(await confirmed(question(job)))) return;
    this.#busy = true;
    this.#enable();
    try {
      this.#say("steered", await post(api`/jobs/${job.id}/${verb}`));
    } catch (problem) {
      this.#say("problem", problem);
    } finally {
      this.#busy = false;
      this.#enable();
    }
  }

  #enable() {
    for (const button of this.buttons) button.disabled = this.#busy;
  }

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

function question(job) {
  return {
    question: `Cancel “${job.name}”?`,
    explanation: "It ends at its next step and cannot be started again. Its history and its checkpoints stay.",
    yes: "Cancel the job",
    no: "Keep it",
  };
}

customElements.define("job-actions", JobActions);
