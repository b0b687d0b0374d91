import { useStoreApi, type Viewport } from "@xyflow/react";
import { useEffect } from "react";
import { useView } from "@/stores/view";
import type { Editor } from "./editor";
import { type Box, keepInView, panned, type Size } from "./keepInView";
import { absolute } from "./place";

const MOVE_MS = 150;
/** Panels that open together count as one change. */
const TOGETHER_MS = 30;

interface Place {
  viewport: Viewport;
  size: Size;
  /** Where on the screen the canvas begins. */
  left: number;
}

/**
 * Nothing jumps when panels open: what was seen on the canvas stays in view, and so does the selected step.
 * When they close again and nobody has moved the canvas meanwhile, it looks as it did before.
 */
export function useSteadyView(editor: Editor): void {
  const store = useStoreApi();
  useEffect(() => {
    const keeper = new Keeper(editor, () => {
      const { width, height, domNode } = store.getState();
      return { size: { width, height }, left: domNode?.getBoundingClientRect().left ?? 0 };
    });
    const stops = [store.subscribe(keeper.resized), useView.subscribe(keeper.selected)];
    return () => {
      keeper.stop();
      for (const stop of stops) stop();
    };
  }, [editor, store]);
}

class Keeper {
  private at: Omit<Place, "viewport">;
  /** What somebody chose to look at, and how large the canvas was then. */
  private home: Place | null = null;
  /** Where this put the canvas; anything else was somebody's own move. */
  private put: Viewport | null = null;
  private putAt = 0;
  private sized = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly measure: () => Omit<Place, "viewport">,
  ) {
    this.at = measure();
  }

  readonly resized = (): void => {
    const now = this.measure();
    const { size, left } = this.at;
    if (now.size.width === size.width && now.size.height === size.height) return;
    const viewport = this.editor.flow.getViewport();
    if (size.width > 0 && !this.isOurs(viewport)) this.home = { viewport, size, left };
    this.at = now;
    this.sized = true;
    if (now.left !== left) this.move({ ...viewport, x: viewport.x + left - now.left }, 0);
    clearTimeout(this.timer);
    this.timer = setTimeout(this.settle, TOGETHER_MS);
  };

  readonly selected = ({ nodes }: { nodes: ReadonlySet<string> }, before: { nodes: ReadonlySet<string> }) => {
    if (nodes === before.nodes || nodes.size !== 1) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.settle, TOGETHER_MS);
  };

  stop(): void {
    clearTimeout(this.timer);
  }

  private readonly settle = (): void => {
    const { editor, home, at } = this;
    const viewport = editor.flow.getViewport();
    const focus = this.focus();
    const untouched = this.sized || this.isOurs(viewport);
    this.sized = false;
    if (!home || !untouched) {
      if (focus) this.move(panned(focus, viewport, at.size), MOVE_MS);
      return;
    }
    const from = { ...home.viewport, x: home.viewport.x + home.left - at.left };
    const boxes = this.boxes();
    this.move(keepInView({ boxes, focus, viewport: from, from: home.size, to: at.size }), MOVE_MS);
  };

  private move(to: Viewport, duration: number): void {
    this.put = to;
    this.putAt = performance.now();
    void this.editor.flow.setViewport(to, { duration });
  }

  private isOurs({ x, y, zoom }: Viewport): boolean {
    if (!this.put) return false;
    if (performance.now() - this.putAt < MOVE_MS + TOGETHER_MS) return true;
    const { put } = this;
    return Math.abs(put.x - x) < 1 && Math.abs(put.y - y) < 1 && Math.abs(put.zoom - zoom) < 0.001;
  }

  private focus(): Box | undefined {
    const [only, ...others] = this.editor.view().nodes;
    return only !== undefined && others.length === 0 ? this.box(only) : undefined;
  }

  private boxes(): Box[] {
    return this.editor.document().draft.structure.nodes.map(({ id }) => this.box(id));
  }

  private box(id: string): Box {
    return { ...absolute(this.editor, id), ...this.editor.measure(id) };
  }
}
