/** The names of a chart's lines, with their values at the cursor; pressing one hides or shows its line. */

import { element, setText } from "../dom/element.js";
import { seriesClass } from "./theme.js";

export class Legend {
  /** `onToggle(index)` is called when a line is pressed. */
  constructor(onToggle) {
    this.onToggle = onToggle;
    this.root = element("ul", { class: "legend", "aria-label": "Lines" });
    this.values = [];
  }

  /** Show these lines: [{ label, color, hidden }]. */
  show(lines) {
    this.values = lines.map(() => element("b", {}));
    this.place = element("li", { class: "at" });
    const items = lines.map((line, index) => element("li", {}, this.#button(line, index)));
    this.root.replaceChildren(...items, this.place);
  }

  /** Texts of the values, a line each, and of the place they are at. */
  tell(texts, place) {
    texts.forEach((text, index) => setText(this.values[index], text));
    setText(this.place, place);
  }

  #button(line, index) {
    const button = element(
      "button",
      { type: "button", class: seriesClass(line.color), "aria-pressed": String(!line.hidden) },
      line.label,
      this.values[index],
    );
    button.addEventListener("click", () => {
      this.onToggle(index);
      button.setAttribute("aria-pressed", String(!line.hidden));
    });
    return button;
  }
}
