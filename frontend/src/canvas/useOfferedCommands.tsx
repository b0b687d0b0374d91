import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { usePaletteGroups } from "@/stores/palette";
import { Keys } from "./CommandItems";
import { COMMANDS } from "./commands";
import type { Editor } from "./editor";
import { usePieces } from "./palette/usePieces";
import { place } from "./place";

/** The designer's commands, and every step that can be added, in the command palette. */
export function useOfferedCommands(editor: Editor): void {
  const { t } = useTranslation("canvas");
  const { offer, withdraw } = usePaletteGroups.getState();
  const pieces = usePieces();
  useEffect(() => {
    offer("designer", {
      group: t("app:palette.commands"),
      actions: COMMANDS.filter((command) => !command.id.startsWith("nudge")).map((command) => {
        const Icon = command.icon;
        return {
          id: command.id,
          label: t(`command.${command.label}`),
          leftSection: Icon && <Icon size={18} stroke={1.6} />,
          rightSection: <Keys shortcut={command.shortcuts?.[0]} />,
          onClick: () => {
            if (command.enabled?.(editor) ?? true) void command.perform(editor);
          },
        };
      }),
    });
    return () => withdraw("designer");
  }, [editor, t, offer, withdraw]);
  useEffect(() => {
    offer("steps", {
      group: t("palette.addStep"),
      actions: pieces
        .flatMap((group) => group.entries)
        .map((entry) => ({
          id: `step-${entry.id}`,
          label: t("palette.add", { title: entry.title }),
          description: entry.text,
          leftSection: <entry.look.icon size={18} stroke={1.6} />,
          onClick: () => void place(editor, entry.piece),
        })),
    });
    return () => withdraw("steps");
  }, [editor, pieces, t, offer, withdraw]);
}
