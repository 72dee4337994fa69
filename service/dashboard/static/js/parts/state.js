/** A job's or worker's state: always a word, beside a mark of its own colour and shape. */

import { element } from "../dom/element.js";

export const stateTag = (state) => element("span", { class: `state ${state}` }, state);
