/** Making elements. Text is always text: nothing that came from a user is ever read as markup. */

/** element("td", { class: "number" }, "12", child, …) */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** A job's or worker's state, with its colour. */
export const stateTag = (state) => element("span", { class: `state ${state}` }, state);

/** A problem, with all its faults. */
export function notice(problem) {
  const box = element("div", { class: "notice bad", role: "alert" }, problem.message);
  if (problem.faults?.length) {
    const items = problem.faults.map((fault) => element("li", {}, `${fault.pointer || "/"}: ${fault.message}`));
    box.append(element("ul", {}, ...items));
  }
  return box;
}

/** A table: headings, then rows of cells; a cell is a text or an element. Numbers stand to the right. */
export function table(headings, rows) {
  const isNumber = headings.map((heading) => heading.startsWith("#"));
  const kind = (index) => ({ class: isNumber[index] ? "number" : null });
  const head = headings.map((heading, index) => element("th", { scope: "col", ...kind(index) }, heading.replace("#", "")));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell, index) => element("td", kind(index), cell ?? "–"))));
  return element("div", { class: "scroll" }, element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)));
}
