import type { Marker } from "@/graph/runTypes";
import { type Span, shareAt } from "./timeline";

/** Marks that stand too close together to tell apart are shown as one. */
export interface MarkGroup {
  readonly share: number;
  readonly marks: readonly Marker[];
}

/** The marks within the span, at least `apart` (a share of the axis) from each other. */
export function groupMarks(markers: readonly Marker[], span: Span, apart: number): MarkGroup[] {
  const groups: { share: number; marks: Marker[] }[] = [];
  for (const marker of markers) {
    const share = shareAt(span, marker.at);
    if (share < 0 || share > 1) continue;
    const last = groups.at(-1);
    if (last && share - last.share < apart) last.marks.push(marker);
    else groups.push({ share, marks: [marker] });
  }
  return groups;
}
