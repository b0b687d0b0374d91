import { Button, Group, Modal } from "@mantine/core";
import { IconFlask, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { missing, withDefaults } from "@/graph/formValue";
import { runInput } from "@/graph/scope";
import { useDocument } from "@/stores/document";
import { errorsOnly, useProblems } from "@/stores/problems";
import { useSaving } from "@/stores/saving";
import { useView } from "@/stores/view";
import { SchemaForm } from "@/ui/form/SchemaForm";
import type { Problem } from "@/wire/generated";
import { ApiProblem, isProblem } from "@/wire/problem";
import { useStartRun } from "@/wire/queries";
import type { WorkflowDetail } from "@/wire/types";
import { Blocked } from "../Blocked";
import type { Editor } from "../editor";
import { saveNow } from "../saving";
import { recallInput, rememberInput } from "./lastInput";
import { useSample } from "./useSample";

interface Props {
  workflow: WorkflowDetail;
  editor: Editor;
  onClose(): void;
}

/** Asks for the input the start step describes, and runs the draft. */
export default function RunDialog({ workflow, editor, onClose }: Props) {
  const { t } = useTranslation(["canvas", "app"]);
  const draft = useDocument((state) => state.draft);
  const schema = useMemo(() => runInput(draft), [draft]);
  const [input, setInput] = useState(() => withDefaults(schema, recallInput(workflow.id)));
  const [asked, setAsked] = useState(false);
  const sample = useSample(schema);
  const errors = errorsOnly(useProblems((state) => state.all));
  const start = useStartRun();
  const empty = missing(schema, input);
  const names = Object.keys(schema.properties ?? {});

  const problems = useMemo(() => {
    const found = new Map<string, string>();
    if (asked) for (const name of empty) found.set(`/input/${name}`, t("runDialog.required"));
    if (start.error instanceof ApiProblem)
      for (const [field, message] of start.error.byField) found.set(field, message);
    return found;
  }, [asked, empty, start.error, t]);

  const run = async () => {
    setAsked(true);
    if (empty.length > 0 || !(await saveNow())) return;
    start.mutate(
      { workflow: workflow.id, body: { input, version: "draft" }, revision: useSaving.getState().revision },
      {
        onSuccess: ({ run: started }) => {
          rememberInput(workflow.id, input);
          useView.getState().show({ run: started });
          onClose();
        },
        onError: (error) => {
          if (isProblem(error, "graph_problems"))
            useProblems.getState().set(error.extra.problems as Problem[]);
        },
      },
    );
  };
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("runDialog.title", { title: workflow.title })}
      size={520}
    >
      {errors.length > 0 ? (
        <Blocked
          editor={editor}
          problems={errors}
          text={t("runDialog.blocked", { count: errors.length })}
          onGo={onClose}
        />
      ) : names.length === 0 ? (
        <p style={{ marginTop: 0, color: "var(--ac-text-2)" }}>{t("runDialog.noInput")}</p>
      ) : (
        <SchemaForm
          schema={schema}
          value={input}
          onChange={setInput}
          pointer="/input"
          problems={problems}
          project={workflow.project.slug}
        />
      )}
      {start.error && !isProblem(start.error, "graph_problems") && (
        <p role="alert" style={{ color: "var(--ac-red)" }}>
          {start.error.message}
        </p>
      )}
      <Group mt="lg" justify="flex-end">
        {sample && errors.length === 0 && (
          <Button
            variant="subtle"
            leftSection={<IconFlask size={15} />}
            mr="auto"
            onClick={() => setInput({ ...input, ...sample })}
          >
            {t("runDialog.sample")}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        <Button
          leftSection={<IconPlayerPlayFilled size={13} />}
          disabled={errors.length > 0}
          loading={start.isPending}
          onClick={() => void run()}
          data-autofocus={names.length === 0 || undefined}
        >
          {t("command.run")}
        </Button>
      </Group>
    </Modal>
  );
}
