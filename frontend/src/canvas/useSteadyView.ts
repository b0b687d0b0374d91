import { useEffect, useLayoutEffect, useRef } from "react";
import { useView } from "@/stores/view";
import type { Editor } from "./editor";

const PALETTE = 280;
const MARGIN = 24;

/** Nothing jumps when panels open: the palette's fold is balanced, a selected step stays in view, and so does the graph when a run opens below it. */
export function useSteadyView(editor: Editor): void {
  const paletteOpen = useView((state) => state.paletteOpen);
  const run = useView((state) => state.run);
  const only = useView((state) => (state.nodes.size === 1 ? [...state.nodes][0] : undefined));
  const before = useRef(paletteOpen);
  useLayoutEffect(() => {
    if (before.current === paletteOpen) return;
    before.current = paletteOpen;
    const { x, y, zoom } = editor.flow.getViewport();
    void editor.flow.setViewport({ x: x + (paletteOpen ? -PALETTE : PALETTE), y, zoom });
  }, [paletteOpen, editor]);
  useEffect(() => {
    if (!run) return;
    const timer = setTimeout(
      () => void editor.flow.fitView({ padding: 0.12, maxZoom: 1, duration: 200 }),
      60,
    );
    return () => clearTimeout(timer);
  }, [run, editor]);
  useEffect(() => {
    if (!only) return;
    const frame = requestAnimationFrame(() => bringIntoView(editor, only));
    return () => cancelAnimationFrame(frame);
  }, [only, editor]);
}

function bringIntoView(editor: Editor, id: string): void {
  const canvas = document.querySelector(".react-flow")?.getBoundingClientRect();
  const at = editor.flow.getInternalNode(id)?.internals.positionAbsolute;
  if (!canvas || !at) return;
  const { x, y, zoom } = editor.flow.getViewport();
  const { width, height } = editor.measure(id);
  const shift = (start: number, size: number, room: number) => {
    if (size + 2 * MARGIN > room) return 0;
    return Math.max(MARGIN - start, 0) + Math.min(room - MARGIN - start - size, 0);
  };
  const dx = shift(at.x * zoom + x, width * zoom, canvas.width);
  const dy = shift(at.y * zoom + y, height * zoom, canvas.height);
  if (dx !== 0 || dy !== 0) void editor.flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 180 });
}
