import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isTyping, matches } from "@/canvas/commands/keyboard";
import { usePaletteGroups } from "@/stores/palette";
import type { RunDetail } from "@/wire/types";
import type { Trace } from "../useTrace";
import type { RunContext, RunDialog } from "./command";
import { RUN_COMMANDS } from "./index";

export interface RunControl {
  readonly context: RunContext;
  readonly dialog: RunDialog | null;
  close(): void;
}

/** What can be asked of the run on the page: for its header, its keys and the command palette. */
export function useRunCommands(run: RunDetail, { view }: Trace): RunControl {
  const [dialog, setDialog] = useState<RunDialog | null>(null);
  const context: RunContext = { run, view, show: setDialog };
  const latest = useRef(context);
  latest.current = context;
  useKeys(latest);
  usePalette(latest);
  return { context, dialog, close: () => setDialog(null) };
}

type Latest = { readonly current: RunContext };

function useKeys(latest: Latest): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || document.querySelector("[role=dialog][aria-modal=true]")) return;
      const found = RUN_COMMANDS.find(
        ({ shortcut, blocked }) => shortcut && matches(shortcut, event) && blocked(latest.current) === null,
      );
      if (!found) return;
      event.preventDefault();
      found.perform(latest.current);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [latest]);
}

function usePalette(latest: Latest): void {
  const { t } = useTranslation(["trace", "app"]);
  const { status } = latest.current.view;
  const actions = useMemo(
    () =>
      // the commands that can be done change with the status
      RUN_COMMANDS.filter((command) => status !== undefined && command.blocked(latest.current) === null).map(
        (command) => ({
          id: `run-${command.id}`,
          label: t(`control.${command.id}`),
          description: t(`control.hint.${command.id}`),
          leftSection: <command.icon size={18} stroke={1.6} />,
          onClick: () => command.perform(latest.current),
        }),
      ),
    [status, latest, t],
  );
  useEffect(() => {
    const { offer, withdraw } = usePaletteGroups.getState();
    offer("run", { group: t("app:palette.commands"), actions });
    return () => withdraw("run");
  }, [actions, t]);
}
