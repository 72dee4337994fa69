/** Sentences of the service that name jobs by their ids, with each id made a link. */

import { element } from "../dom/element.js";

const JOB_ID = /(job_[0-9a-z]{26})/;

/** The pieces of a text; `names` (a Map from id to name) says what is known about other jobs. */
export function withJobLinks(text, names = new Map()) {
  return text.split(JOB_ID).map((piece) => (JOB_ID.test(piece) ? link(piece, names.get(piece)) : piece));
}

function link(id, name) {
  const shown = name ? `“${name}”` : `${id.slice(0, 8)}…${id.slice(-6)}`;
  return element("a", { href: `/jobs/${id}`, title: id }, shown);
}
