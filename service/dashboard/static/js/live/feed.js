/**
 * A job's news as it comes: one stream a page, because a browser allows six connections to an origin in all.
 *
 * The stream is let go while the page is hidden and taken up when it is shown again. Events: each of the API's (job,
 * epochs, steps, event, end) with its content in `detail`, and `connection` with "live", "lost" or "ended".
 */

import { api } from "../api/ask.js";

const NEWS = ["job", "epochs", "steps", "event", "end"];
const AGAIN_MS = 2000;

export class Feed extends EventTarget {
  #stream = null;
  #timer = 0;
  #over = false;

  constructor(jobId) {
    super();
    this.path = api`/jobs/${jobId}/stream`;
    this.onVisibility = () => (document.hidden ? this.#release() : this.#take());
  }

  open() {
    document.addEventListener("visibilitychange", this.onVisibility);
    if (!document.hidden) this.#take();
  }

  close() {
    this.#over = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.#release();
  }

  #take() {
    if (this.#stream || this.#over) return;
    const stream = new EventSource(this.path);
    this.#stream = stream;
    stream.addEventListener("open", () => this.#say("connection", "live"));
    stream.addEventListener("error", () => this.#failed(stream));
    for (const name of NEWS) stream.addEventListener(name, (message) => this.#heard(name, JSON.parse(message.data)));
  }

  #release() {
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  /** A stream that broke is taken up by the browser itself; one that was refused is not. */
  #failed(stream) {
    if (stream !== this.#stream) return;
    this.#say("connection", "lost");
    if (stream.readyState !== EventSource.CLOSED) return;
    this.#release();
    this.#timer = setTimeout(() => this.#take(), AGAIN_MS);
  }

  #heard(name, content) {
    if (name === "end") this.close();
    this.#say(name, content);
    if (name === "end") this.#say("connection", "ended");
  }

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
