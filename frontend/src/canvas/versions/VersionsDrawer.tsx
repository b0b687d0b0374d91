import { Drawer } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useFocusBack } from "@/ui/useFocusBack";
import type { VersionRow, WorkflowDetail } from "@/wire/types";
import { type Side, useHistory } from "@/wire/versions";
import type { Editor } from "../editor";
import { saveNow } from "../saving";
import { Comparison } from "./Comparison";
import { RestoreDialog } from "./RestoreDialog";
import { VersionList } from "./VersionList";
import classes from "./Versions.module.css";

interface Props {
  workflow: WorkflowDetail;
  editor: Editor;
  onClose(): void;
}

/** The history of the workflow: who published what when, what differs, and the way back. */
export default function VersionsDrawer({ workflow, editor, onClose }: Props) {
  const { t } = useTranslation(["versions", "app"]);
  const history = useHistory(workflow.id);
  const [chosen, setChosen] = useState<{ from: Side; to: Side } | null>(null);
  const [restoring, setRestoring] = useState<VersionRow | null>(null);
  const rows = history.data?.pages.flatMap((page) => page.results) ?? [];
  const [newest] = rows;
  useFocusBack();
  // what is compared is the draft on the canvas, not one of a moment ago
  useEffect(() => void saveNow(), []);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="min(760px, 100vw)"
      title={t("title")}
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      closeOnEscape={restoring === null}
      classNames={{ content: classes.content ?? "", body: classes.body ?? "" }}
    >
      {history.isPending && <PageSkeleton />}
      {history.error && rows.length === 0 && (
        <ErrorState error={history.error} onRetry={() => void history.refetch()} />
      )}
      {history.data && !newest && (
        <EmptyState
          icon={<IconHistory size={24} stroke={1.6} />}
          title={t("empty.title")}
          text={t("empty.text")}
        />
      )}
      {newest && (
        <>
          <VersionList
            rows={rows}
            compared={chosen?.from ?? newest.number}
            mayRestore={["editor", "owner"].includes(workflow.role)}
            onCompare={(number) => setChosen({ from: number, to: "draft" })}
            onRestore={setRestoring}
            more={history.hasNextPage ? () => void history.fetchNextPage() : null}
            loading={history.isFetchingNextPage}
          />
          <Comparison
            workflow={workflow.id}
            numbers={rows.map(({ number }) => number)}
            from={chosen?.from ?? newest.number}
            to={chosen?.to ?? "draft"}
            onChange={(from, to) => setChosen({ from, to })}
          />
        </>
      )}
      {restoring && (
        <RestoreDialog
          workflow={workflow.id}
          version={restoring}
          editor={editor}
          onClose={() => setRestoring(null)}
          onDone={onClose}
        />
      )}
    </Drawer>
  );
}
