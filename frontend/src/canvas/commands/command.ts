import type { TablerIcon } from "@tabler/icons-react";
import type { Editor } from "../editor";

/** Something a person can do; menu, keyboard and palette all show and run these. */
export interface Command {
  id: string;
  /** Key in the catalogue, under `canvas:command`. */
  label: string;
  icon?: TablerIcon;
  /** Like `mod+Shift+Z`; the first is the one that is shown. */
  shortcuts?: readonly string[];
  group: "edit" | "arrange" | "view" | "workflow";
  enabled?(editor: Editor): boolean;
  perform(editor: Editor): void | Promise<void>;
}

export function hasSelection(editor: Editor): boolean {
  return editor.view().nodes.size > 0 || editor.view().edges.size > 0;
}

export function hasNodes(editor: Editor): boolean {
  return editor.view().nodes.size > 0;
}
