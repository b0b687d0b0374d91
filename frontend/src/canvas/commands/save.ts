import { IconDeviceFloppy } from "@tabler/icons-react";
import { saveNow } from "../saving";
import type { Command } from "./command";

export const save: Command = {
  id: "save",
  label: "save",
  icon: IconDeviceFloppy,
  shortcuts: ["mod+S"],
  group: "workflow",
  perform: async () => {
    await saveNow();
  },
};
