/** Collects items and hands them over together, once per painted frame. */
export class FrameBatch<T> {
  private waiting: T[] = [];
  private pending: (() => void) | null = null;

  constructor(
    private readonly deliver: (items: T[]) => void,
    /** Called after the browser has painted what `deliver` changed. */
    private readonly painted: () => void = () => {},
  ) {}

  add(items: readonly T[]): void {
    for (const item of items) this.waiting.push(item);
    this.pending ??= onNextFrame(() => this.flush());
  }

  stop(): void {
    this.pending?.();
    this.pending = null;
    this.waiting = [];
  }

  private flush(): void {
    const items = this.waiting;
    this.waiting = [];
    this.deliver(items);
    this.pending = onNextFrame(() => {
      this.pending = null;
      this.painted();
      if (this.waiting.length > 0) this.add([]);
    });
  }
}

const HIDDEN_FRAME_MS = 250;

/** A hidden page paints no frames, but its events must still be read. Returns how to call it off. */
function onNextFrame(act: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(act, HIDDEN_FRAME_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(act);
  return () => cancelAnimationFrame(frame);
}
