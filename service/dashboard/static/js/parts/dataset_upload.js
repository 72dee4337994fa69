/** <dataset-upload>: a form that uploads a CSV file. Says `uploaded` with the dataset when it is in. */

import { api, post } from "../api/ask.js";
import { element, freshId, setText } from "../dom/element.js";
import { count } from "../text/numbers.js";

class DatasetUpload extends HTMLElement {
  connectedCallback() {
    this.file = element("input", { type: "file", accept: ".csv,text/csv", required: true, id: freshId("file") });
    this.name = element("input", { type: "text", maxlength: "200", placeholder: "the file's name", id: freshId("name") });
    this.button = element("button", { type: "submit", class: "primary" }, "Upload");
    this.bar = element("progress", { hidden: true, "aria-label": "Uploading" });
    this.status = element("p", { class: "soft small", role: "status" }, "The first line names the columns; what each of them holds is found out.");
    this.notice = document.createElement("problem-notice");
    const form = element("form", {}, field("CSV file", this.file), field("Name (if another)", this.name), this.button);
    form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.#upload(form);
    });
    this.append(form, this.bar, this.status, this.notice);
  }

  async #upload(form) {
    const body = new FormData();
    body.append("file", this.file.files[0]);
    if (this.name.value.trim()) body.append("name", this.name.value.trim());
    this.#busy(true);
    this.notice.clear();
    setText(this.status, "Uploading and reading …");
    try {
      const dataset = await post(api`/datasets`, body);
      setText(this.status, `${dataset.name} is in: ${count(dataset.rows)} rows of ${count(dataset.columns.length)} columns.`);
      form.reset();
      this.dispatchEvent(new CustomEvent("uploaded", { detail: dataset, bubbles: true }));
    } catch (problem) {
      setText(this.status, "Nothing was kept.");
      this.notice.show(problem);
    } finally {
      this.#busy(false);
    }
  }

  #busy(on) {
    this.button.disabled = on;
    this.bar.hidden = !on;
  }
}

const field = (text, input) => element("div", { class: "field" }, element("label", { for: input.id }, text), input);

customElements.define("dataset-upload", DatasetUpload);
