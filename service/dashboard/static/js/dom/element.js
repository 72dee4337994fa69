/** Making elements. Text is always text: nothing that came from a user is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * element("td", { class: "right", onclick: act }, "12", child, …)
 *
 * Attributes that are false or null are left out, true ones are empty. A child that is null is left out too.
 */
export const element = (name, attributes, ...children) => filled(document.createElement(name), attributes, children);

/** The same of a drawing's parts: svg("rect", { x: 1, class: "bar" }). */
export const svg = (name, attributes, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

function filled(made, attributes = {}, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** Set a text only if it is another one: what somebody has marked stays marked, a screen reader is not told twice. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

let lastId = 0;

/** An id no other element of the page has. */
export const freshId = (stem) => `${stem}-${++lastId}`;
