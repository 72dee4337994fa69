/** <job-gang>: the workers that serve a job now, and which shards of every batch each of them computes. */

import { seriesClass } from "../charts/theme.js";
import { element } from "../dom/element.js";
import { count, counted } from "../text/numbers.js";

const DENSE = 24;

class JobGang extends HTMLElement {
  show(job) {
    const news = JSON.stringify([job.gang, job.state, job.spec.shards, job.workers]);
    if (news === this.shown) return;
    this.shown = news;
    const { gang } = job;
    this.replaceChildren(
      element("div", { class: "card-head" }, element("h2", {}, "Gang"),
        element("span", { class: "soft small" }, gang ? `generation ${count(gang.generation)}` : "")),
      ...(gang ? [strip(gang.members, job.spec.shards), members(gang.members)] : [strip([], job.spec.shards)]),
      element("p", { class: "soft small" }, gang ? limits(job) : nobody(job)),
    );
  }
}

/** Every shard of a batch as a cell, in the colour of the member that computes it. */
function strip(members, shards) {
  const cells = Array.from({ length: shards }, (_, shard) => {
    const owner = members.findIndex(({ shards: [first, end] }) => first <= shard && shard < end);
    const whose = owner < 0 ? "nobody" : members[owner].name;
    const said = `shard ${shard}: ${whose}`;
    return element("li", { class: owner < 0 ? null : seriesClass(owner), title: said, "aria-label": said }, String(shard));
  });
  const kind = shards > DENSE ? "strip dense" : "strip";
  return element("ol", { class: kind, "aria-label": `${counted(shards, "shard")} and who computes them` }, ...cells);
}

function members(list) {
  const rows = list.map((member, index) =>
    element("tr", {},
      element("th", { scope: "row", class: "name" }, element("span", { class: `swatch ${seriesClass(index)}` }), member.name),
      element("td", {}, member.host),
      element("td", { class: "right" }, String(member.pid)),
      element("td", { class: "right" }, range(member.shards))));
  const heads = ["Worker", "Host", "Process", "Shards"].map((text, index) =>
    element("th", { scope: "col", class: index > 1 ? "right" : null }, text));
  return element("div", { class: "scroll" },
    element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
}

function range([first, end]) {
  if (first === undefined) return "joins soon";
  return end - first === 1 ? String(first) : `${first} – ${end - 1}`;
}

const limits = ({ workers, spec }) =>
  `At least ${workers.min}, at most ${workers.max} may share its ${counted(spec.shards, "shard")}; the weights are the same with any number.`;

function nobody({ state, finished_at: end }) {
  if (end) return "It has ended; nobody serves it any more.";
  return state === "paused" ? "Nobody serves it while it rests." : "Nobody serves it yet.";
}

customElements.define("job-gang", JobGang);
