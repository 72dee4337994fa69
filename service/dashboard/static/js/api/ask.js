/** Asking the API, with the session's cookie, which the browser adds by itself. */

import { Problem } from "./problem.js";

/** api`/jobs/${id}/events`: a path below the API's root, with every value made safe. */
export function api(parts, ...values) {
  return "/api/v1" + parts.reduce((path, part, index) => path + encodeURIComponent(values[index - 1]) + part);
}

/** The answer as an object; null if it has no content. Throws Problem. */
export async function ask(path, options = {}) {
  const response = await answered(path, options);
  if (response.ok) return response.status === 204 ? null : response.json();
  throw new Problem(response.status, await response.json().catch(() => ({})));
}

export const post = (path, body) => ask(path, { method: "POST", body });
export const remove = (path) => ask(path, { method: "DELETE" });

/** All items of a list, page by page, at most `most` pages. */
export async function askAll(path, most = 40) {
  const items = [];
  let cursor = null;
  for (let page = 0; page < most; page++) {
    const query = new URLSearchParams({ limit: "500", ...(cursor && { cursor }) });
    const answer = await ask(`${path}?${query}`);
    items.push(...answer.items);
    cursor = answer.next;
    if (cursor === null) break;
  }
  return items;
}

async function answered(path, options) {
  try {
    return await fetch(path, { headers: { Accept: "application/json" }, credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw Problem.silence();
  }
}
