/** <dataset-list>: what was uploaded; look into it, or remove it. */

import { api, ask, remove } from "../api/ask.js";
import { confirmed } from "../dom/confirm.js";
import { element } from "../dom/element.js";
import { poll } from "../dom/poll.js";
import { warningCount } from "../parts/column_warnings.js";
import { datasetPreview } from "../parts/dataset_preview.js";
import "../parts/dataset_upload.js";
import "../parts/log_out.js";
import "../parts/problem_notice.js";
import "../parts/time_ago.js";
import { bytes, count } from "../text/numbers.js";

const EVERY_MS = 10_000;

class DatasetList extends HTMLElement {
  connectedCallback() {
    this.notice = document.querySelector("main > problem-notice");
    this.rows = this.querySelector("tbody");
    this.none = this.querySelector(".none-yet");
    this.preview = document.querySelector(".preview-card");
    document.querySelector("dataset-upload").addEventListener("uploaded", ({ detail }) => this.#arrived(detail));
    addEventListener("hashchange", () => this.#follow());
    this.#follow();
    this.poll = poll((isCurrent) => this.#look(isCurrent), EVERY_MS);
  }

  async #look(isCurrent) {
    try {
      const { items } = await ask(`${api`/datasets`}?limit=100`);
      if (!isCurrent()) return;
      this.#show(items);
      this.notice.clear();
    } catch (problem) {
      this.#tell(problem);
    }
  }

  /** Drawn anew only when something is new: a focused button stays. */
  #show(items) {
    const news = items.map(({ id }) => id).join();
    if (news === this.shown) return;
    this.shown = news;
    this.rows.replaceChildren(...items.map((dataset) => this.#row(dataset)));
    this.none.hidden = items.length > 0;
    this.querySelector("table").hidden = !items.length;
  }

  #row(dataset) {
    const look = element("button", { type: "button", "aria-label": `Preview ${dataset.name}`, onclick: () => this.#preview(dataset) }, "Preview");
    const drop = element("button", { type: "button", class: "danger", "aria-label": `Delete ${dataset.name}`, onclick: () => this.#delete(dataset) }, "Delete");
    return element("tr", {},
      element("th", { scope: "row", class: "name" }, dataset.name, element("br", {}), element("code", { class: "soft" }, dataset.id)),
      element("td", { class: "right", "data-label": "Rows" }, count(dataset.rows)),
      element("td", { class: "right", "data-label": "Columns" }, count(dataset.columns.length), warningCount(dataset)),
      element("td", { class: "right", "data-label": "Size" }, bytes(dataset.size_bytes)),
      element("td", { class: "right", "data-label": "Uploaded" }, element("time-ago", { datetime: dataset.created_at })),
      element("td", { class: "wide" }, element("div", { class: "buttons" }, look, drop)));
  }

  #arrived(dataset) {
    this.poll.again();
    this.#preview(dataset);
  }

  /** What a link to /datasets#ds_… is meant for: one dataset, however many lie above it. */
  async #follow() {
    const id = location.hash.slice(1);
    if (!id.startsWith("ds_")) return;
    try {
      await this.#preview(await ask(api`/datasets/${id}`));
    } catch (problem) {
      this.preview.replaceChildren(element("p", {}, `${id}: ${problem.message}`));
      this.preview.hidden = false;
    }
  }

  async #preview(dataset) {
    try {
      const content = await datasetPreview(dataset);
      const title = element("h2", { tabindex: "-1" }, dataset.name);
      this.preview.replaceChildren(title, content);
      this.preview.hidden = false;
      this.previewed = dataset.id;
      title.focus();
    } catch (problem) {
      this.#tell(problem);
    }
  }

  async #delete(dataset) {
    if (!(await confirmed(question(dataset)))) return;
    try {
      await remove(api`/datasets/${dataset.id}`);
      this.notice.clear();
      if (this.previewed === dataset.id) this.preview.hidden = true;
      this.poll.again();
    } catch (problem) {
      this.#tell(problem);
    }
  }

  #tell(problem) {
    this.notice.show(problem);
    if (problem.isNoSession) this.poll.stop();
  }
}

const question = (dataset) => ({
  question: `Delete “${dataset.name}”?`,
  explanation: "Its file is removed. Jobs that have ended keep their weights and their history.",
  yes: "Delete it",
  no: "Keep it",
});

customElements.define("dataset-list", DatasetList);
