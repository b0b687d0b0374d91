import { Modal, Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDocument } from "@/stores/document";
import { useSaving } from "@/stores/saving";
import { useVersions } from "@/wire/queries";
import type { WorkflowDetail, WorkflowVersion } from "@/wire/types";
import type { Editor } from "../editor";
import classes from "./RunDialog.module.css";
import { runnables } from "./runnable";
import { StartForm } from "./StartForm";

interface Props {
  workflow: WorkflowDetail;
  editor: Editor;
  onClose(): void;
}

/** Asks what is to run, for the input its start step describes, and how urgent it is; then starts the run. */
export default function RunDialog({ workflow, editor, onClose }: Props) {
  const { t } = useTranslation(["canvas", "app"]);
  const versions = useVersions(workflow.id);
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("runDialog.title", { title: workflow.title })}
      size={520}
    >
      {versions.data ? (
        <Form workflow={workflow} editor={editor} versions={versions.data} onClose={onClose} />
      ) : versions.error ? (
        <p role="alert" className={classes.problem}>
          {versions.error.message}
        </p>
      ) : (
        <Skeleton height={96} />
      )}
    </Modal>
  );
}

function Form({ versions, ...props }: Props & { versions: readonly WorkflowVersion[] }) {
  const { t } = useTranslation("canvas");
  const { role } = props.workflow;
  const editing = useDocument((state) => state.draft) !== useSaving((state) => state.settled);
  const choices = runnables({ role, versions, editing });
  const [first] = choices;
  if (first === undefined) {
    const why = t(role === "viewer" ? "runDialog.viewer" : "runDialog.unpublished");
    return <p className={classes.quiet}>{why}</p>;
  }
  return <StartForm {...props} versions={versions} choices={choices} first={first} editing={editing} />;
}
