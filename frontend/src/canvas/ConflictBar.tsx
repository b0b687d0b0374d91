import { Button, Group, Modal, Skeleton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { toGraph } from "@/graph/model";
import { useDocument } from "@/stores/document";
import { useSaving } from "@/stores/saving";
import { ErrorState } from "@/ui/ErrorState";
import { RelativeTime } from "@/ui/RelativeTime";
import { createWorkflow, getWorkflow } from "@/wire/api";
import type { WorkflowDetail } from "@/wire/types";
import classes from "./Designer.module.css";
import type { Editor } from "./editor";
import { GraphView } from "./GraphView";
import { openWorkflow, overwrite } from "./saving";

/** Somebody else saved meanwhile: who, when, and the three ways on. Nothing is lost before one is chosen. */
export function ConflictBar({ workflow, editor }: { workflow: WorkflowDetail; editor: Editor }) {
  const { t } = useTranslation("canvas");
  const navigate = useNavigate();
  const conflict = useSaving((state) => state.conflict);
  const [looking, setLooking] = useState(false);
  const copy = useMutation({
    mutationFn: () =>
      createWorkflow({
        title: t("conflict.copyTitle", { title: workflow.title }),
        description: workflow.description,
        project: workflow.project.slug,
        graph: toGraph(useDocument.getState().draft),
      }),
    onSuccess: ({ id }) => {
      useSaving.getState().set({ conflict: null, saved: useDocument.getState().draft });
      void navigate(`/workflows/${id}`);
    },
  });
  if (!conflict) return null;
  const askFirst = () =>
    editor.confirm(
      {
        title: t("conflict.sure"),
        text: t("conflict.sureText", { by: conflict.by ?? t("conflict.somebody") }),
        yes: t("conflict.overwrite"),
      },
      () => void overwrite(),
    );
  return (
    <div className={classes.conflict} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <p>
        {t("conflict.text", { by: conflict.by ?? t("conflict.somebody") })} <RelativeTime at={conflict.at} />.{" "}
        {t("conflict.yours")}
      </p>
      <Button variant="default" onClick={() => setLooking(true)}>
        {t("conflict.look")}
      </Button>
      <Button variant="default" loading={copy.isPending} onClick={() => copy.mutate()}>
        {t("conflict.copy")}
      </Button>
      <Button color="red" onClick={askFirst}>
        {t("conflict.overwrite")}
      </Button>
      {looking && <TheirVersion id={workflow.id} onClose={() => setLooking(false)} />}
    </div>
  );
}

function TheirVersion({ id, onClose }: { id: string; onClose(): void }) {
  const { t } = useTranslation(["canvas", "app"]);
  const theirs = useQuery({
    queryKey: ["designer", id, "theirs"],
    queryFn: ({ signal }) => getWorkflow(id, signal),
    gcTime: 0,
  });
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      size="80%"
      title={t("conflict.theirs")}
    >
      <div
        style={{ height: "60vh", borderRadius: 10, overflow: "hidden", border: "1px solid var(--ac-border)" }}
      >
        {theirs.data && <GraphView graph={theirs.data.draft.graph} />}
        {theirs.isPending && <Skeleton height="100%" />}
        {theirs.error && <ErrorState error={theirs.error} />}
      </div>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t("conflict.back")}
        </Button>
        <Button
          disabled={!theirs.data}
          onClick={() => {
            if (theirs.data) openWorkflow(theirs.data);
            onClose();
          }}
        >
          {t("conflict.take")}
        </Button>
      </Group>
    </Modal>
  );
}
