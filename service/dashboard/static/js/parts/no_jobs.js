/** What the list of jobs says when there is none: how to submit the first one. */

import { api, ask } from "../api/ask.js";
import { element } from "../dom/element.js";
import { command } from "./command.js";

/** With the newest dataset's own id and last column in the commands, if there is a dataset. */
export async function noJobs() {
  const { items } = await ask(`${api`/datasets`}?limit=1`);
  const dataset = items[0];
  return element("div", { class: "card empty" },
    element("h2", {}, "No job yet"),
    element("p", { class: "soft" }, "Submit the first one. It appears here by itself, and its page shows the cost as it falls."),
    element("h3", {}, "From the command line"),
    command(commandLine(dataset), "Submit with the command line"),
    element("h3", {}, "Or with curl"),
    command(curl(dataset), "Submit with curl"));
}

function commandLine(dataset) {
  if (!dataset) return "chainrule submit --data table.csv --target label --hidden 128 --watch";
  return `chainrule submit --dataset ${dataset.id} --target ${quoted(lastColumn(dataset))} --hidden 128 --watch`;
}

function curl(dataset) {
  const root = `${location.origin}/api/v1`;
  const key = 'key="Authorization: Bearer $(cat ~/.chainrule/admin.key)"';
  const upload = `curl -H "$key" -F file=@table.csv ${root}/datasets`;
  const spec = JSON.stringify({
    dataset: dataset?.id ?? "ds_…",
    target: dataset ? lastColumn(dataset) : "label",
    network: { hidden: [{ units: 128, activation: "relu" }] },
  });
  const submit = `curl -H "$key" -H 'Content-Type: application/json' ${root}/jobs \\\n  -d ${quoted(spec)}`;
  return [key, ...(dataset ? [] : [upload]), submit].join("\n");
}

const lastColumn = (dataset) => dataset.columns.at(-1).name;

/** As a POSIX shell reads it. */
const quoted = (text) => (/^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
