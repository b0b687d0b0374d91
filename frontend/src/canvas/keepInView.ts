/** Where the canvas should look after its size has changed, so that what was seen stays seen. Pure. */
import type { Viewport } from "@xyflow/react";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Kept free around the steps, in px of the screen; at the foot stands the bar with the tools. */
export const ROOM = { top: 24, right: 24, bottom: 68, left: 24 } as const;

/** How "fit to view" is done everywhere. */
export const FIT = {
  padding: { top: "24px", right: "24px", bottom: "68px", left: "24px" },
  maxZoom: 1,
} as const;

/** Cards cannot be read below this: the view is moved rather than made smaller. */
const LEAST_ZOOM = 0.5;

interface Change {
  /** The steps, in the canvas's own coordinates. */
  boxes: readonly Box[];
  /** The one that must stay in view. */
  focus?: Box | undefined;
  viewport: Viewport;
  from: Size;
  to: Size;
}

/** The steps seen before are seen again, smaller where needed, never larger; then the focus is brought in. */
export function keepInView({ boxes, focus, viewport, from, to }: Change): Viewport {
  const seen = union(boxes.filter((box) => isSeen(onScreen(box, viewport), from)));
  const kept = seen ? fitted(seen, viewport, to) : viewport;
  return focus ? panned(focus, kept, to) : kept;
}

/** The least move that brings a box inside; none when it is larger than the canvas. */
export function panned(box: Box, viewport: Viewport, size: Size): Viewport {
  const { x, y, width, height } = onScreen(box, viewport);
  return {
    x: viewport.x + shift(x, width, ROOM.left, size.width - ROOM.right),
    y: viewport.y + shift(y, height, ROOM.top, size.height - ROOM.bottom),
    zoom: viewport.zoom,
  };
}

function shift(start: number, length: number, from: number, to: number): number {
  if (length > to - from) return 0;
  return Math.max(from - start, 0) + Math.min(to - start - length, 0);
}

function fitted(box: Box, viewport: Viewport, size: Size): Viewport {
  const free = {
    width: size.width - ROOM.left - ROOM.right,
    height: size.height - ROOM.top - ROOM.bottom,
  };
  const least = Math.min(LEAST_ZOOM, viewport.zoom);
  const fitting = Math.min(free.width / box.width, free.height / box.height);
  const zoom = Math.max(Math.min(fitting, viewport.zoom), least);
  if (zoom === viewport.zoom && fitting >= zoom) return panned(box, viewport, size);
  return {
    x: ROOM.left + free.width / 2 - (box.x + box.width / 2) * zoom,
    y: ROOM.top + free.height / 2 - (box.y + box.height / 2) * zoom,
    zoom,
  };
}

function onScreen({ x, y, width, height }: Box, { x: dx, y: dy, zoom }: Viewport): Box {
  return { x: x * zoom + dx, y: y * zoom + dy, width: width * zoom, height: height * zoom };
}

/** At least its middle is on the screen. */
function isSeen({ x, y, width, height }: Box, size: Size): boolean {
  const middle = { x: x + width / 2, y: y + height / 2 };
  return middle.x >= 0 && middle.y >= 0 && middle.x <= size.width && middle.y <= size.height;
}

function union(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}
