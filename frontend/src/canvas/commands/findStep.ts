import { IconPlus } from "@tabler/icons-react";
import type { Command } from "./command";

export const PALETTE_SEARCH = "palette-search";

/** To the palette's search, which adds what is found. */
export const findStep: Command = {
  id: "findStep",
  label: "findStep",
  icon: IconPlus,
  shortcuts: ["/"],
  group: "edit",
  perform: (editor) => {
    if (!editor.view().paletteOpen) editor.view().toggle("paletteOpen");
    requestAnimationFrame(() => document.getElementById(PALETTE_SEARCH)?.focus());
  },
};
