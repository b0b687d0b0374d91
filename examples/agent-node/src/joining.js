import { Calls } from "./calls.js";

const AGAIN_MS = 250;
const AGAIN_MAX_MS = 5000;
/** With these, trying again does not help: somebody has to change something first. */
const FINAL = new Set([
  "token_refused",
  "no_grant",
  "access_ended",
  "unknown_agent",
  "unknown_version",
  "invalid_manifest",
  "version_taken",
  "not_remote",
  "session_resumed",
]);

/**
 * Joins, serves calls, and joins again whenever the connection breaks, until `leave()`.
 *
 * `open({onMessage, onEnd})` opens a wire: {send(message), close()}; the messages are those of docs/gateways.md.
 */
export class Agent {
  constructor({ hello, work, open, log = console.log }) {
    this.hello = hello;
    this.open = open;
    this.log = log;
    this.session = "";
    this.wire = null;
    this.pause = AGAIN_MS;
    this.left = false;
    this.calls = new Calls(work, {
      result: (call_id, output) => this.#say({ type: "result", call_id, output }),
      failure: (call_id, error) => this.#say({ type: "failure", call_id, error }),
      progress: (call_id, progress) => this.#say({ type: "progress", call_id, progress }),
    });
    this.over = new Promise((done) => {
      this.done = done;
    });
  }

  /** Begin; the promise is settled when the agent has left, or cannot join. */
  serve() {
    this.#join();
    return this.over;
  }

  /** Take no more calls, answer those at work, and go. */
  leave() {
    this.left = true;
    if (this.wire) this.#say({ type: "goodbye" });
    else this.done();
  }

  #join() {
    this.wire = this.open({
      onMessage: (message) => this.#on(message),
      onEnd: (code) => this.#ended(code),
    });
    this.#say({ type: "hello", ...this.hello, session: this.session });
  }

  #on(message) {
    if (message.type === "welcome") {
      this.session = message.session;
      this.pause = AGAIN_MS;
      clearInterval(this.beat);
      this.beat = setInterval(() => this.#say({ type: "heartbeat" }), Number(message.heartbeat_ms));
      this.log(`joined as ${message.instance}${message.resumed ? " again" : ""}`);
    } else if (message.type === "call") {
      this.calls.take(message);
    } else if (message.type === "cancel") {
      this.calls.cancel(message.call_id);
    } else if (message.type === "fault") {
      this.fault = message.error.code;
      this.log(`${message.error.code}: ${message.error.message}`);
    }
  }

  #say(message) {
    // What cannot be sent now is asked for again when the connection is back.
    this.wire?.send(message);
  }

  #ended(code) {
    const why = this.fault ?? code;
    this.fault = undefined;
    this.wire = null;
    clearInterval(this.beat);
    if (this.left || FINAL.has(why)) {
      this.done(why);
      return;
    }
    this.log(`the connection has ended${why ? ` (${why})` : ""}; joining again in ${this.pause} ms`);
    setTimeout(() => this.#join(), this.pause);
    this.pause = Math.min(AGAIN_MAX_MS, this.pause * 2);
  }
}
