/** Whether the server answers: told by every request, asked again while it does not. */
import { create } from "zustand";

export const useReachable = create<{ away: boolean }>(() => ({ away: false }));

const AGAIN_MS = 3_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** A request came through. */
export function serverAnswered(): void {
  clearTimeout(timer);
  timer = undefined;
  if (useReachable.getState().away) useReachable.setState({ away: false });
}

/** A request did not: ask until the server is back. */
export function serverSilent(): void {
  useReachable.setState({ away: true });
  timer ??= setTimeout(look, AGAIN_MS);
}

function look(): void {
  timer = undefined;
  fetch("/health/live", { cache: "no-store" }).then(serverAnswered, serverSilent);
}
