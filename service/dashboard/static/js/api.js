/** Asking the API, with the session's cookie. */

const ROOT = "/api/v1";

/** What went wrong, in the API's own words. */
export class Problem extends Error {
  constructor(document) {
    super(document.detail ?? document.title ?? "the service did not answer");
    this.faults = document.faults ?? [];
  }
}

/** The answer to a request as an object; null when there is no content. Throws Problem. */
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(ROOT + path, { headers: { Accept: "application/json" }, ...options });
  } catch {
    throw new Problem({ detail: "the service does not answer; is it running?" });
  }
  if (response.status === 401) location.reload(); // the page then says how to log in again
  if (response.ok) return response.status === 204 ? null : response.json();
  throw new Problem(await response.json().catch(() => ({ title: response.statusText })));
}

export const post = (path) => ask(path, { method: "POST" });
export const urlOf = (path) => ROOT + path;
