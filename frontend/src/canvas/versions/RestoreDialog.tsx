import { Skeleton, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSaving } from "@/stores/saving";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useFocusBack } from "@/ui/useFocusBack";
import type { VersionRow } from "@/wire/types";
import { useWorkflowDiff } from "@/wire/versions";
import type { Editor } from "../editor";
import { lossOf } from "./loss";
import { useRestore } from "./useRestore";

interface Props {
  workflow: string;
  version: VersionRow;
  editor: Editor;
  onClose(): void;
  /** The draft is that version now. */
  onDone(): void;
}

/** Asks before the draft is replaced, and says what is lost by it. */
export function RestoreDialog({ workflow, version: { number }, editor, onClose, onDone }: Props) {
  const { t, i18n } = useTranslation("versions");
  const [reason, setReason] = useState("");
  const revision = useSaving((state) => state.revision);
  const diff = useWorkflowDiff(workflow, "draft", number, revision);
  useFocusBack();
  const restore = useRestore(workflow, editor);
  const submit = () =>
    restore.mutate(
      { number, reason: reason.trim() },
      {
        onSuccess: () => {
          editor.say(t("restore.done", { number }));
          onDone();
        },
      },
    );
  return (
    <ConfirmDialog
      title={t("restore.title", { number })}
      consequences={[
        t("restore.replaced", { number }),
        ...(diff.data ? lossOf(diff.data.changes, number, t, i18n.language) : []),
        t("restore.pinned"),
        t("restore.kept"),
        t("restore.undo"),
      ]}
      confirm={t("restore.do", { number })}
      danger
      busy={restore.isPending}
      disabled={diff.isLoading}
      error={restore.error}
      onConfirm={submit}
      onClose={onClose}
    >
      {diff.isLoading && <Skeleton height={20} mb="sm" />}
      {diff.error && (
        <Text role="alert" size="sm" c="var(--ac-amber)" mb="sm">
          {t("restore.lossUnknown", { why: diff.error.message })}
        </Text>
      )}
      <TextInput
        label={t("restore.reason")}
        description={t("restore.reasonHint")}
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </ConfirmDialog>
  );
}
