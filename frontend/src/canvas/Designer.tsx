import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Group, Panel, Separator } from "react-resizable-panels";
import type { RunOverlay } from "@/graph/runTypes";
import { useDocument } from "@/stores/document";
import { useView } from "@/stores/view";
import { TraceDrawer } from "@/trace/TraceDrawer";
import type { WorkflowDetail } from "@/wire/types";
import { CanvasMenu } from "./CanvasMenu";
import { ConflictBar } from "./ConflictBar";
import classes from "./Designer.module.css";
import { DesignerCanvas } from "./DesignerCanvas";
import { DesignerHeader } from "./DesignerHeader";
import { Dialogs } from "./Dialogs";
import { DrawerHead } from "./DrawerHead";
import { EmptyCanvas } from "./EmptyCanvas";
import { useEditor } from "./editor";
import { GraphSettings } from "./inspector/GraphSettings";
import { Inspector } from "./inspector/Inspector";
import { LeaveGuard } from "./LeaveGuard";
import { ProblemList } from "./ProblemList";
import { Palette } from "./palette/Palette";
import { QuickAdd } from "./palette/QuickAdd";
import { useAutosave, useLeaveWarning } from "./saving";
import { useChecks } from "./useChecks";
import { useKeyboard } from "./useKeyboard";
import { useOfferedCommands } from "./useOfferedCommands";
import { useRunInUrl } from "./useRunInUrl";
import { useSteadyView } from "./useSteadyView";
import { useSubWorkflowsLoaded } from "./useSubWorkflow";

/** The whole designer: palette, canvas, inspector, and the trace below while a run is shown. */
export function Designer({ workflow, onRenamed }: { workflow: WorkflowDetail; onRenamed(): void }) {
  const { t } = useTranslation("canvas");
  const editor = useEditor();
  const [overlay, setOverlay] = useState<RunOverlay | null>(null);
  const ask = useView((state) => state.ask);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const paletteOpen = useView((state) => state.paletteOpen);
  const run = useView((state) => state.run);
  useAutosave();
  useLeaveWarning();
  useChecks();
  useKeyboard(editor);
  useOfferedCommands(editor);
  useRunInUrl();
  useSubWorkflowsLoaded();
  useSteadyView(editor);
  return (
    <div className={classes.page}>
      <DesignerHeader workflow={workflow} editor={editor} onRenamed={onRenamed} />
      {paletteOpen && <Palette editor={editor} />}
      <div className={classes.middle}>
        <ConflictBar workflow={workflow} editor={editor} />
        <Group orientation="vertical" className={classes.group ?? ""}>
          <Panel id="canvas" minSize="25%" className={classes.top ?? ""}>
            <div className={classes.canvas}>
              <DesignerCanvas editor={editor} overlay={overlay} onMenu={setMenu} />
              <EmptyCanvas editor={editor} />
              <ProblemList editor={editor} />
            </div>
            <SelectedInspector />
          </Panel>
          {run && (
            <>
              <Separator className={classes.separator ?? ""} aria-label={t("drawer.resize")} />
              <Panel id="trace" defaultSize="42%" minSize={120} className={classes.drawer ?? ""}>
                <DrawerHead run={run} />
                <Drawer run={run} onOverlay={setOverlay} />
              </Panel>
            </>
          )}
        </Group>
      </div>
      {ask && <QuickAdd editor={editor} ask={ask} onClose={() => editor.view().show({ ask: null })} />}
      <CanvasMenu editor={editor} at={menu} onClose={() => setMenu(null)} />
      <Dialogs workflow={workflow} editor={editor} />
      <LeaveGuard />
    </div>
  );
}

function Drawer({ run, onOverlay }: { run: string; onOverlay(overlay: RunOverlay | null): void }) {
  const selected = useView((state) => (state.nodes.size === 1 ? ([...state.nodes][0] ?? null) : null));
  const select = useView((state) => state.select);
  const onSelectNode = useCallback((node: string | null) => select(node ? [node] : []), [select]);
  return (
    <div className={classes.trace}>
      <TraceDrawer runId={run} onOverlay={onOverlay} selectedNode={selected} onSelectNode={onSelectNode} />
    </div>
  );
}

/** The inspector of the one step that is selected; of none, the workflow's own settings where they are open. */
function SelectedInspector() {
  const id = useView((state) => (state.nodes.size === 1 ? [...state.nodes][0] : undefined));
  const placement = useDocument((state) => state.draft.structure.nodes.find((node) => node.id === id));
  const nothing = useView((state) => state.nodes.size === 0 && state.edges.size === 0);
  const settingsOpen = useView((state) => state.settingsOpen);
  if (placement) return <Inspector key={placement.id} placement={placement} />;
  return settingsOpen && nothing ? <GraphSettings /> : null;
}
