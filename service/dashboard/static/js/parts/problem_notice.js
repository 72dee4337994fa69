/** <problem-notice>: what went wrong and what to do, with every fault by its field. Empty when all is well. */

import { element } from "../dom/element.js";
import { loginHelp } from "./login_help.js";

class ProblemNotice extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
  }

  /** Show a Problem, or any error of our own. */
  show(problem) {
    if (this.shown === problem.message) return;
    this.shown = problem.message;
    const kind = problem.isPassing ? "notice" : "notice bad";
    this.replaceChildren(element("div", { class: kind }, ...(problem.isNoSession ? loginHelp() : told(problem))));
  }

  clear() {
    this.shown = null;
    this.replaceChildren();
  }
}

function told(problem) {
  const title = element("p", {}, element("strong", {}, problem.title ?? "That did not work"));
  const faults = problem.faults ?? [];
  if (!faults.length) return [title, element("p", {}, sentenceOf(problem.message))];
  const items = faults.map(({ pointer, message }) => element("li", {}, element("code", {}, pointer || "/"), ` ${message}`));
  return [title, element("ul", {}, ...items)];
}

function sentenceOf(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

customElements.define("problem-notice", ProblemNotice);
