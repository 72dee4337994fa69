/** What went wrong, in the API's own words (RFC 9457). */

export class Problem extends Error {
  /** `document` is the body of the answer; without one, say what is known. */
  constructor(status, document = {}) {
    super(document.detail || document.title || `the service answered with status ${status}`);
    this.status = status;
    this.title = document.title ?? "That did not work";
    this.code = document.code ?? "";
    this.faults = Array.isArray(document.faults) ? document.faults : [];
  }

  /** No answer at all: the network, or a service that is not running. */
  static silence() {
    return new Problem(0, { title: "The service does not answer", detail: "it may be restarting; this page tries again" });
  }

  get isNoSession() {
    return this.status === 401;
  }

  /** Asking again may help; nothing about the request itself was wrong. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}
