import { IconForms } from "@tabler/icons-react";
import { INSPECTOR } from "../inspector/Inspector";
import type { Command } from "./command";

/** From the canvas into the forms of the selected step. */
export const configure: Command = {
  id: "configure",
  label: "configure",
  icon: IconForms,
  shortcuts: ["E"],
  group: "edit",
  enabled: (editor) => editor.view().nodes.size === 1,
  perform: () =>
    document.querySelector<HTMLElement>(`#${INSPECTOR} [role="tab"][aria-selected="true"]`)?.focus(),
};
