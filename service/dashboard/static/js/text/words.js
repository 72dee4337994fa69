/** What the service's short words mean to a person. */

/** Why a job ended. */
const REASONS = {
  max_epochs: "All epochs are done.",
  target_reached: "It reached the target it was to stop at.",
  gradient_vanished: "The gradient is next to zero: the cost is flat here.",
  patience_exhausted: "The watched metric stopped getting better.",
  time_limit: "Its time was up. The best weights are kept.",
  diverged: "The cost is no finite number any more. A smaller learning rate, standardizing or clip_norm often helps.",
  no_progress: "Several attempts in a row made no step of progress.",
  dataset_missing: "Its dataset is gone.",
  dataset_unfit: "Its data do not fit what it asks for.",
  out_of_memory: "It did not fit into memory. A smaller network, or fewer shards, needs less.",
  internal_error: "A fault of the service stopped it.",
  cancelled_by_user: "Somebody cancelled it.",
};

const METRICS = {
  r2: "R²",
  f1: "F1",
  mae: "mean absolute error",
  rmse: "root mean square error",
  roc_auc: "ROC AUC",
};

/** Metrics that are shares: shown in percent. */
const SHARES = new Set(["accuracy", "certainty", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "top_5", "exact_match"]);

/** validation_balanced_accuracy -> balanced accuracy */
export function metricName(key) {
  const plain = key.replace(/^(validation|train)_/, "");
  return METRICS[plain] ?? plain.replaceAll("_", " ");
}

export const isShare = (key) => SHARES.has(key.replace(/^(validation|train)_/, ""));

/** One sentence on where a job stands. */
export function sentence(job) {
  switch (job.state) {
    case "queued":
      return waiting(job.queue);
    case "running":
      return job.gang ? `Training with ${workers(job.gang)}.` : "Its workers are forming.";
    case "pausing":
      return "It rests as soon as its workers have finished this step.";
    case "paused":
      return "At rest with its state safe: resuming goes on exactly where it stopped.";
    case "cancelling":
      return "It ends as soon as its workers have finished this step.";
    default:
      return REASONS[job.reason] ?? job.message ?? "";
  }
}

/** How full its bar is: what has succeeded before its last epoch has nothing left to do. */
export const done = (progress, state) => (state === "succeeded" ? 1 : (progress.fraction ?? 0));

/** The metric that says most about a job beside its cost: [key, value], or null. */
export function headline(metrics) {
  const wanted = ["validation_accuracy", "validation_r2", "validation_rmse"];
  const key = wanted.find((name) => metrics?.[name] != null);
  return key ? [key, metrics[key]] : null;
}

function waiting(queue) {
  if (!queue?.blocked_by) return "Next in line: a worker is about to take it.";
  const place = queue.position ? `Place ${queue.position} in the queue: ` : "Waiting: ";
  return `${place}${queue.blocked_by}.`;
}

const workers = (gang) => `${gang.members.length} ${gang.members.length === 1 ? "worker" : "workers"}`;
