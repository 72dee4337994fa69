/** <job-identity>: the job's id and its data, as text to copy and as the way there. */

import { api, ask } from "../api/ask.js";
import { element } from "../dom/element.js";

class JobIdentity extends HTMLElement {
  /** Drawn once: neither changes. A dataset that is gone leaves its id. */
  async show({ id, spec }) {
    if (this.childElementCount) return;
    const datasets = [["dataset", spec.dataset], ["validation dataset", spec.validation?.dataset]].filter(([, each]) => each);
    const places = datasets.map(([role, each]) => ({ role, id: each, name: element("span", {}, each) }));
    this.replaceChildren(
      ...named("job", element("code", {}, id)),
      ...places.flatMap(({ role, name }) => [" · ", ...named(role, name)]),
    );
    await Promise.all(places.map(nameIt));
  }
}

const named = (what, value) => [element("span", {}, what), " ", value];

async function nameIt({ id, name }) {
  try {
    const dataset = await ask(api`/datasets/${id}`);
    name.replaceChildren(element("a", { href: `/datasets#${id}` }, dataset.name), " ", element("code", {}, id));
  } catch (problem) {
    if (problem.status === 404) name.replaceChildren(element("code", {}, id), " (deleted)");
  }
}

customElements.define("job-identity", JobIdentity);
