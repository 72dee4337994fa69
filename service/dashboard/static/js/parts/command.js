/** A command to copy. */

import { element } from "../dom/element.js";

/** The text in a box, with a button that copies it. */
export function command(text, label = "Commands") {
  const button = element("button", { type: "button", "aria-label": `Copy: ${label}` }, "Copy");
  button.addEventListener("click", () => copy(text, button));
  return element("div", { class: "command" }, element("pre", { tabindex: "0", "aria-label": label }, text), button);
}

async function copy(text, button) {
  const done = await written(text);
  button.textContent = done ? "Copied" : "Select it";
  setTimeout(() => (button.textContent = "Copy"), 1600);
}

/** The clipboard is there on secure origins and this machine's own only. */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
