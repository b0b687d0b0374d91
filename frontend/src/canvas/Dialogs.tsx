import { lazy, Suspense } from "react";
import { useView } from "@/stores/view";
import type { WorkflowDetail } from "@/wire/types";
import type { Editor } from "./editor";

const RunDialog = lazy(() => import("./run/RunDialog"));
const PublishDialog = lazy(() => import("./PublishDialog"));
const ShortcutSheet = lazy(() => import("./ShortcutSheet"));
const ConnectDialog = lazy(() => import("./ConnectDialog"));
const VersionsDrawer = lazy(() => import("./versions/VersionsDrawer"));
const ImportDialog = lazy(() => import("./ImportDialog"));

/** The one dialog that is open. */
export function Dialogs({ workflow, editor }: { workflow: WorkflowDetail; editor: Editor }) {
  const dialog = useView((state) => state.dialog);
  const show = useView((state) => state.show);
  const onClose = () => show({ dialog: null });
  return (
    <Suspense>
      {dialog === "run" && <RunDialog workflow={workflow} editor={editor} onClose={onClose} />}
      {dialog === "publish" && <PublishDialog workflow={workflow} editor={editor} onClose={onClose} />}
      {dialog === "shortcuts" && <ShortcutSheet onClose={onClose} />}
      {dialog === "connect" && <ConnectDialog editor={editor} onClose={onClose} />}
      {dialog === "versions" && <VersionsDrawer workflow={workflow} editor={editor} onClose={onClose} />}
      {dialog === "import" && <ImportDialog editor={editor} onClose={onClose} />}
    </Suspense>
  );
}
