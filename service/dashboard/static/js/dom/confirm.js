/** Asking before something that cannot be undone. */

import { element, freshId } from "./element.js";

/**
 * Shows a question in a modal dialog; resolves to whether the answer was yes. Escape is a no, and no has the focus.
 */
export function confirmed({ question, explanation, yes, no }) {
  const title = freshId("question");
  const refuse = element("button", { type: "submit", value: "no", autofocus: true }, no);
  const agree = element("button", { type: "submit", value: "yes", class: "danger" }, yes);
  const dialog = element(
    "dialog",
    { "aria-labelledby": title },
    element("h2", { id: title }, question),
    element("p", { class: "soft" }, explanation),
    element("form", { method: "dialog" }, element("div", { class: "buttons" }, refuse, agree)),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}
