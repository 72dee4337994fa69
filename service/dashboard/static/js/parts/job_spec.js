/** <job-spec>: everything that decides the weights, every default filled in. */

import { element } from "../dom/element.js";
import { pretty } from "../text/spec.js";
import { command } from "./command.js";

class JobSpec extends HTMLElement {
  /** A spec never changes: it is drawn once. */
  show(spec) {
    if (this.childElementCount) return;
    const box = element("details", { class: "spec" }, element("summary", {}, "Spec, with every default"), command(pretty(spec), "The resolved spec"));
    this.append(box);
  }
}

customElements.define("job-spec", JobSpec);
