/** How often a step's attempts are made: what it says itself, or else what holds for it by default. */
import type { RetryPolicy } from "@/wire/generated";

/** As the engine has it for a step that undoes another and says nothing (`HANDLER_RETRY`). */
export const HANDLER_RETRY: RetryPolicy = { attempts: 5, initial_s: 2, backoff: 3 };

/** What a step's form shows. */
export function shownRetry(own: unknown, undoes: boolean): RetryPolicy {
  return (own as RetryPolicy | null | undefined) ?? (undoes ? HANDLER_RETRY : {});
}

/** What is kept of a change to it; nothing where the step then says no more than the default. */
export function changedRetry(own: unknown, patch: RetryPolicy, undoes: boolean): RetryPolicy | undefined {
  const next = { ...shownRetry(own, undoes), ...patch };
  return undoes || (next.attempts ?? 1) > 1 ? next : undefined;
}
