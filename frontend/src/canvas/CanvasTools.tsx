import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "@/stores/document";
import { useView } from "@/stores/view";
import { autoLayout } from "./commands/autoLayout";
import type { Command } from "./commands/command";
import { redo } from "./commands/redo";
import { showShortcuts } from "./commands/showShortcuts";
import { toggleMinimap } from "./commands/toggleMinimap";
import { toggleSnap } from "./commands/toggleSnap";
import { undo } from "./commands/undo";
import type { Editor } from "./editor";
import { ViewButton, ViewControls } from "./ViewControls";
import classes from "./ViewControls.module.css";

/** The bar at the canvas's lower left. The canvas renders with every step of a drag; this does not. */
export const CanvasTools = memo(function CanvasTools({ editor }: { editor: Editor }) {
  const minimap = useView((state) => state.minimap);
  const snap = useView((state) => state.snap);
  const canUndo = useDocument((state) => state.history.past.length > 0);
  const canRedo = useDocument((state) => state.history.future.length > 0);
  return (
    <ViewControls>
      <span className={classes.rule} />
      <Tool editor={editor} command={undo} disabled={!canUndo} />
      <Tool editor={editor} command={redo} disabled={!canRedo} />
      <span className={classes.desk}>
        <span className={classes.rule} />
        <Tool editor={editor} command={autoLayout} />
        <Tool editor={editor} command={toggleSnap} pressed={snap} />
        <Tool editor={editor} command={toggleMinimap} pressed={minimap} />
        <Tool editor={editor} command={showShortcuts} />
      </span>
    </ViewControls>
  );
});

function Tool({
  editor,
  command,
  ...state
}: {
  editor: Editor;
  command: Command;
  pressed?: boolean;
  disabled?: boolean;
}) {
  const { t } = useTranslation("canvas");
  if (!command.icon) return null;
  return (
    <ViewButton
      icon={command.icon}
      label={t(`command.${command.label}`)}
      onClick={() => void command.perform(editor)}
      {...state}
    />
  );
}
