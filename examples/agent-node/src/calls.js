/**
 * What an agent does with calls, whatever wire they come over: each call_id runs once, its answer is kept and given
 * again when the call comes again, and a cancelled call is told by its AbortSignal.
 */

const KEPT_MS = 60 * 60 * 1000;
const KEPT_MAX = 1000;

/** An error that the run shows as it is; anything else an agent throws becomes `agent_error`. */
export class AgentError extends Error {
  constructor(code, message, { retryable = false, field = "", data = {} } = {}) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.field = field;
    this.data = data;
  }
}

export class Calls {
  /**
   * @param work async (input, {callId, idempotencyKey, runId, stepId, attempt, signal, progress}) => output
   * @param wire where answers go: {result(callId, output), failure(callId, error), progress(callId, value)}
   */
  constructor(work, wire) {
    this.work = work;
    this.wire = wire;
    this.running = new Map();
    this.kept = new Map();
  }

  /** Take a call: run it, or answer from what is known. */
  take(call) {
    const kept = this.kept.get(call.call_id);
    if (kept) return kept.answer();
    if (this.running.has(call.call_id)) return undefined;
    return this.#run(call);
  }

  cancel(callId) {
    this.running.get(callId)?.abort();
  }

  async #run(call) {
    const id = call.call_id;
    const stop = new AbortController();
    const timer = call.deadline_ms ? setTimeout(() => stop.abort(), Number(call.deadline_ms)) : undefined;
    this.running.set(id, stop);
    const answer = await this.#answer(call, stop.signal);
    clearTimeout(timer);
    this.running.delete(id);
    this.#keep(id, answer);
    answer();
  }

  async #answer(call, signal) {
    const id = call.call_id;
    try {
      const output = await this.work(call.input, {
        callId: id,
        idempotencyKey: call.idempotency_key,
        runId: call.run_id ?? "",
        stepId: call.stage_id ?? "",
        attempt: call.attempt ?? 1,
        signal,
        progress: (value) => this.wire.progress(id, value),
      });
      return () => this.wire.result(id, output ?? null);
    } catch (thrown) {
      const error = describe(thrown, signal);
      return () => this.wire.failure(id, error);
    }
  }

  #keep(id, answer) {
    const now = Date.now();
    this.kept.set(id, { answer, until: now + KEPT_MS });
    for (const [known, { until }] of this.kept) {
      if (until > now && this.kept.size <= KEPT_MAX) break;
      this.kept.delete(known);
    }
  }
}

function describe(thrown, signal) {
  if (thrown instanceof AgentError) {
    const { code, message, retryable, field, data } = thrown;
    return { code, message, retryable, field, data };
  }
  if (signal.aborted) return { code: "cancelled", message: "The call was stopped." };
  console.error(thrown);
  return { code: "agent_error", message: String(thrown?.message ?? thrown) };
}
