/** <job-gang>: who serves a job now, and which shards each holds. */

import { element, table } from "./dom.js";

class JobGang extends HTMLElement {
  show(job) {
    this.replaceChildren(element("h2", {}, "Gang"));
    if (!job.gang) {
      const why = job.queue?.blocked_by;
      this.append(element("p", { class: "quiet" }, why ? `Waiting: ${why}.` : "Nobody serves this job now."));
      return;
    }
    const { generation, members } = job.gang;
    this.append(element("p", { class: "quiet" }, `Generation ${generation}: ${members.length} worker${members.length === 1 ? "" : "s"} for ${job.spec.shards} shards`));
    this.append(this.strip(members, job.spec.shards));
    this.append(table(["Worker", "#Process", "Shards"], members.map((member) => [member.name, String(member.pid), shardsOf(member)])));
  }

  strip(members, shards) {
    const cells = Array.from({ length: shards }, (_, shard) => {
      const holder = members.findIndex(({ shards: [first, last] }) => shard >= first && shard < last);
      const title = holder < 0 ? `shard ${shard}` : `shard ${shard}: ${members[holder].name}`;
      return element("span", { class: holder < 0 ? null : `m${holder % 4}`, title }, String(shard));
    });
    return element("div", { class: "strip", role: "img", "aria-label": "shards by worker" }, ...cells);
  }
}

const shardsOf = ({ shards: [first, last] }) => (first == null ? "joins at the next boundary" : last - first === 1 ? String(first) : `${first} to ${last - 1}`);

customElements.define("job-gang", JobGang);
