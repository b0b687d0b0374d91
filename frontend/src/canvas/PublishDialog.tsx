import { Button, Group, Modal, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { errorsOnly, useProblems } from "@/stores/problems";
import { useSaving } from "@/stores/saving";
import { publishDraft } from "@/wire/api";
import type { Problem } from "@/wire/generated";
import { isProblem } from "@/wire/problem";
import { keys } from "@/wire/queries";
import type { WorkflowDetail } from "@/wire/types";
import { Blocked } from "./Blocked";
import type { Editor } from "./editor";
import { saveNow } from "./saving";

interface Props {
  workflow: WorkflowDetail;
  editor: Editor;
  onClose(): void;
}

/** Make the draft an immutable version; errors stand in the way, with the way to them. */
export default function PublishDialog({ workflow, editor, onClose }: Props) {
  const { t } = useTranslation(["canvas", "app"]);
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const problems = useProblems((state) => state.all);
  const errors = errorsOnly(problems);
  const publish = useMutation({
    mutationFn: async () => {
      if (!(await saveNow())) throw new Error(t("publish.notSaved"));
      const { revision, saved } = useSaving.getState();
      return { ...(await publishDraft(workflow.id, revision, note.trim())), published: saved };
    },
    onSuccess: ({ number, published }) => {
      useSaving.getState().set({ settled: published });
      editor.say(t("publish.done", { number }));
      void client.invalidateQueries({ queryKey: keys.workflows });
      void client.invalidateQueries({ queryKey: ["designer", workflow.id] });
      onClose();
    },
    onError: (error) => {
      if (isProblem(error, "graph_problems")) useProblems.getState().set(error.extra.problems as Problem[]);
    },
  });
  const number = (workflow.published_version ?? 0) + 1;
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("publish.title", { number })}
      size={520}
    >
      {errors.length > 0 ? (
        <Blocked
          editor={editor}
          problems={errors}
          text={t("publish.blocked", { count: errors.length })}
          onGo={onClose}
        />
      ) : (
        <>
          <p style={{ marginTop: 0, color: "var(--ac-text-2)" }}>{t("publish.text")}</p>
          <Textarea
            label={t("publish.note")}
            placeholder={t("publish.notePlaceholder")}
            autosize
            minRows={3}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
        </>
      )}
      {publish.error && !isProblem(publish.error, "graph_problems") && (
        <p role="alert" style={{ color: "var(--ac-red)" }}>
          {publish.error.message}
        </p>
      )}
      <Group mt="lg" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        <Button disabled={errors.length > 0} loading={publish.isPending} onClick={() => publish.mutate()}>
          {t("publish.do", { number })}
        </Button>
      </Group>
    </Modal>
  );
}
