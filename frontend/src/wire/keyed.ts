import { ApiProblem } from "./problem";

/** Keys of requests to which nobody has answered yet, by what was asked. */
const unanswered = new Map<string, string>();

/**
 * Send a request that must not be carried out twice. The same `request` has the same Idempotency-Key for as long as
 * nobody knows what came of it: the server was silent, did not finish, or failed (5xx). Once it has answered, that it was
 * done or that it was not accepted (4xx), the next one is a new request, and so is one that asks for something else.
 */
export async function keyed<T>(request: unknown, send: (key: string) => Promise<T>): Promise<T> {
  const name = JSON.stringify(request);
  const key = unanswered.get(name) ?? crypto.randomUUID();
  unanswered.set(name, key);
  try {
    const answer = await send(key);
    unanswered.delete(name);
    return answer;
  } catch (error) {
    if (isRefusal(error)) unanswered.delete(name);
    throw error;
  }
}

const TIMED_OUT = 408;

/** Whether the server said that it did not accept the request; all else leaves open what became of it. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== TIMED_OUT
  );
}
