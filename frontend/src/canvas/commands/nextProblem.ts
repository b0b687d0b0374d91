import { IconAlertTriangle } from "@tabler/icons-react";
import { useProblems } from "@/stores/problems";
import { goToProblem } from "../goToProblem";
import type { Command } from "./command";

export const nextProblem: Command = {
  id: "nextProblem",
  label: "nextProblem",
  icon: IconAlertTriangle,
  shortcuts: ["F8"],
  group: "view",
  enabled: () => useProblems.getState().all.length > 0,
  perform: (editor) => {
    const { all } = useProblems.getState();
    const { focus } = editor.view();
    const here = all.findIndex((item) => item.node === focus?.node && (item.field ?? "") === focus?.field);
    const next = all[(here + 1) % all.length];
    if (next) goToProblem(editor, next);
  },
};
