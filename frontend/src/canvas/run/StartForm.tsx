import { Button, Group, Skeleton } from "@mantine/core";
import { IconFlask, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { missing } from "@/graph/formValue";
import { errorsOnly, useProblems } from "@/stores/problems";
import { SchemaForm } from "@/ui/form/SchemaForm";
import { isRefusal } from "@/wire/keyed";
import { ApiProblem } from "@/wire/problem";
import type { WorkflowDetail, WorkflowVersion } from "@/wire/types";
import { Blocked } from "../Blocked";
import type { Editor } from "../editor";
import classes from "./RunDialog.module.css";
import type { Runnable } from "./runnable";
import { StartProblem } from "./StartProblem";
import { NO_SETTINGS, StartSettings } from "./StartSettings";
import { useRunInput } from "./useRunInput";
import { useSample } from "./useSample";
import { useStart } from "./useStart";
import { WhatRuns } from "./WhatRuns";

interface Props {
  workflow: WorkflowDetail;
  editor: Editor;
  versions: readonly WorkflowVersion[];
  choices: readonly Runnable[];
  /** What is chosen at first. */
  first: Runnable;
  editing: boolean;
  onClose(): void;
}

/** What runs, with what, how urgent; and the button that starts it. */
export function StartForm({ workflow, editor, versions, choices, first, editing, onClose }: Props) {
  const { t } = useTranslation(["canvas", "app"]);
  const [chosen, setChosen] = useState(first);
  const [settings, setSettings] = useState(NO_SETTINGS);
  const [asked, setAsked] = useState(false);
  const { schema, priority, input, setInput, error } = useRunInput(workflow.id, chosen);
  const sample = useSample(schema ?? {});
  const inDraft = errorsOnly(useProblems((state) => state.all));
  const blocking = chosen === "draft" ? inDraft : [];
  const start = useStart({ workflow, editor, onClose });
  const empty = schema ? missing(schema, input) : [];
  const problems = useMemo(() => {
    const found = new Map<string, string>();
    if (asked) for (const name of empty) found.set(`/input/${name}`, t("runDialog.required"));
    if (start.error instanceof ApiProblem)
      for (const [field, message] of start.error.byField) found.set(field, message);
    return found;
  }, [asked, empty, start.error, t]);
  const names = Object.keys(schema?.properties ?? {});
  const ready = schema !== undefined && blocking.length === 0;
  const run = () => {
    setAsked(true);
    if (empty.length === 0) void start.begin({ version: chosen, input, settings });
  };
  return (
    <>
      <WhatRuns
        choices={choices}
        value={chosen}
        versions={versions}
        editing={editing}
        problem={problems.get("/version")}
        onChange={(next) => {
          setChosen(next);
          setAsked(false);
          start.reset();
        }}
      />
      {blocking.length > 0 ? (
        <Blocked
          editor={editor}
          problems={blocking}
          text={t("runDialog.blocked", { count: blocking.length })}
          onGo={onClose}
        />
      ) : schema === undefined ? (
        !error && <Skeleton height={64} />
      ) : names.length === 0 ? (
        <p className={classes.quiet}>{t("runDialog.noInput")}</p>
      ) : (
        <SchemaForm
          key={chosen}
          schema={schema}
          value={input}
          onChange={setInput}
          pointer="/input"
          problems={problems}
          project={workflow.project.slug}
        />
      )}
      {ready && (
        <StartSettings settings={settings} own={priority} problems={problems} onChange={setSettings} />
      )}
      <StartProblem
        error={error ?? start.error}
        isSilent={start.error !== null && !isRefusal(start.error)}
        unsaved={start.unsaved}
        isDraft={chosen === "draft"}
      />
      <Group mt="lg" justify="flex-end">
        {sample && ready && (
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
        <RunButton isReady={ready} isBusy={start.busy} isWanted={ready && names.length === 0} onClick={run} />
      </Group>
    </>
  );
}

interface ButtonProps {
  isReady: boolean;
  isBusy: boolean;
  /** Whether there is nothing else to do: the keyboard is on it then. */
  isWanted: boolean;
  onClick(): void;
}

function RunButton({ isReady, isBusy, isWanted, onClick }: ButtonProps) {
  const { t } = useTranslation("canvas");
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isWanted) button.current?.focus();
  }, [isWanted]);
  return (
    <Button
      ref={button}
      leftSection={<IconPlayerPlayFilled size={13} />}
      disabled={!isReady}
      loading={isBusy}
      onClick={onClick}
    >
      {t("command.run")}
    </Button>
  );
}
