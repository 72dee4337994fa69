/** A job's two histories, by epoch and by step, thinned out by the server when they grow too long to draw. */

import { api, ask } from "../api/ask.js";
import { Series } from "./series.js";

/** Points asked for: more than a screen is wide. */
const POINTS = 1500;
const CROWDED = 4 * POINTS;

export class History extends EventTarget {
  #told = 0;

  constructor(jobId) {
    super();
    this.jobId = jobId;
    this.epoch = new Series("epoch");
    this.step = new Series("step");
    this.thinning = new Set();
  }

  /** Ask for both as they are now. */
  async load() {
    await Promise.all([this.#reload("epoch"), this.#reload("step")]);
  }

  /** New rows of a kind, "epoch" or "step". */
  add(kind, table) {
    this[kind].merge(table);
    this.#changed();
    if (this[kind].length > CROWDED) this.#thin(kind);
  }

  /** One request at a time; if it fails, the next rows ask again. */
  async #thin(kind) {
    if (this.thinning.has(kind)) return;
    this.thinning.add(kind);
    try {
      await this.#reload(kind);
    } catch {
      // What is drawn stays right, only long; the page says elsewhere that the service does not answer.
    } finally {
      this.thinning.delete(kind);
    }
  }

  async #reload(kind) {
    this[kind].replace(await ask(`${api`/jobs/${this.jobId}/history`}?series=${kind}&points=${POINTS}`));
    this.#changed();
  }

  /** Told once a frame: several messages may come at a time. */
  #changed() {
    if (this.#told) return;
    this.#told = requestAnimationFrame(() => {
      this.#told = 0;
      this.dispatchEvent(new Event("change"));
    });
  }
}
