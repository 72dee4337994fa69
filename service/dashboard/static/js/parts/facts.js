/** A list of short facts, each a name and a value, changed in place. */

import { element, setText } from "../dom/element.js";

export class Facts {
  constructor() {
    this.root = element("dl", { class: "facts" });
    this.places = new Map();
  }

  /** Show a fact, with a smaller text after it; with no value it is not shown at all. */
  set(name, value, note = "") {
    const place = this.places.get(name) ?? this.#add(name);
    place.box.hidden = value == null;
    setText(place.value, value ?? "");
    setText(place.note, note ? ` ${note}` : "");
  }

  #add(name) {
    const place = { value: element("span", {}), note: element("small", {}) };
    place.box = element("div", {}, element("dt", {}, name), element("dd", {}, place.value, place.note));
    this.root.append(place.box);
    this.places.set(name, place);
    return place;
  }
}
