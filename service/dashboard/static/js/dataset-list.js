/** <dataset-list>: the owner's datasets, a form to upload one, and a look into each. */

import { ask } from "./api.js";
import { element, notice, table } from "./dom.js";
import { ago, bytes, number, whole } from "./format.js";

class DatasetList extends HTMLElement {
  connectedCallback() {
    this.file = element("input", { type: "file", id: "file", accept: ".csv,text/csv", required: true });
    this.button = element("button", {}, "Upload");
    this.problems = element("div", { "aria-live": "polite" });
    this.content = element("div", {});
    this.append(element("form", { class: "row card", onsubmit: (event) => this.upload(event) },
      element("label", { for: "file" }, "A CSV file with a header"), this.file, this.button), this.problems, this.content);
    this.load();
  }

  async load() {
    try {
      const { items } = await ask("/datasets?limit=100");
      this.content.replaceChildren(items.length ? table(["Dataset", "Id", "#Rows", "#Columns", "#Size", "Uploaded", ""], items.map((item) => this.rowOf(item))) : element("p", { class: "quiet" }, "There are no datasets yet."));
    } catch (problem) {
      this.content.replaceChildren(notice(problem));
    }
  }

  rowOf(item) {
    const look = element("button", { type: "button", onclick: () => this.look(item) }, "look");
    const remove = element("button", { type: "button", class: "danger", onclick: () => this.remove(item) }, "delete");
    return [item.name, element("span", { class: "mono" }, item.id), whole(item.rows), whole(item.columns.length), bytes(item.size_bytes), ago(item.created_at), element("span", { class: "row" }, look, remove)];
  }

  async upload(event) {
    event.preventDefault();
    this.button.disabled = true;
    const body = new FormData();
    body.append("file", this.file.files[0]);
    await this.attempt(async () => {
      await ask("/datasets", { method: "POST", body });
      this.file.value = "";
    });
    this.button.disabled = false;
  }

  async remove(item) {
    if (confirm(`Delete the dataset “${item.name}”?`)) await this.attempt(() => ask(`/datasets/${item.id}`, { method: "DELETE" }));
  }

  async look(item) {
    await this.attempt(async () => {
      const { columns, rows } = await ask(`/datasets/${item.id}/preview?rows=10`);
      const profile = table(["Column", "Kind", "#Missing", "#Different", "#Least", "#Mean", "#Most"], item.columns.map((column) =>
        [column.name, column.kind, whole(column.missing), whole(column.distinct), number(column.min), number(column.mean), number(column.max)]));
      const head = table(columns, rows.map((row) => columns.map((name) => (row[name] == null ? "–" : String(row[name])))));
      this.problems.replaceChildren(element("section", { class: "card" }, element("h2", {}, item.name), head, element("details", {}, element("summary", {}, "Columns"), profile)));
    }, false);
  }

  async attempt(act, reload = true) {
    try {
      this.problems.replaceChildren();
      await act();
      if (reload) await this.load();
    } catch (problem) {
      this.problems.replaceChildren(notice(problem));
    }
  }
}

customElements.define("dataset-list", DatasetList);
