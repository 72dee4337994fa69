/** A row of choices of which one holds, made of radio buttons. */

import { element, freshId } from "./element.js";

/**
 * choices("Horizontal axis", [["epoch", "By epoch"], …], chosen, act): `act` is called with the new choice.
 */
export function choices(legend, options, chosen, act) {
  const name = freshId("choice");
  const items = options.map(([value, text]) => {
    const radio = element("input", { type: "radio", name, value, checked: value === chosen });
    radio.addEventListener("change", () => act(value));
    return element("label", {}, radio, element("span", {}, text));
  });
  return element("fieldset", { class: "choices" }, element("legend", { class: "visually-hidden" }, legend), ...items);
}

/** check("Logarithmic", false, act): `act` is called with whether it is on. */
export function check(text, on, act) {
  const box = element("input", { type: "checkbox", checked: on });
  box.addEventListener("change", () => act(box.checked));
  return element("label", { class: "check" }, box, text);
}
