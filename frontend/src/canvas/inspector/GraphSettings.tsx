import { ActionIcon, NumberInput, SegmentedControl, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useId, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { setSettings } from "@/graph/edit";
import type { Settings } from "@/graph/model";
import { runInput } from "@/graph/scope";
import { useDocument } from "@/stores/document";
import { useProblems } from "@/stores/problems";
import { useView } from "@/stores/view";
import { ExpressionField } from "@/ui/code/lazy";
import { Frame } from "@/ui/form/Field";
import type { Concurrency } from "@/wire/generated";
import { DurationField } from "./DurationField";
import { Toggle } from "./fields";
import classes from "./Inspector.module.css";

const PRIORITIES = ["high", "normal", "low"] as const;
const WHEN_FULL = ["queue", "reject", "replace"] as const;

/** What holds for every run of the workflow: how long, how urgent, how many at a time. */
export function GraphSettings() {
  const { t } = useTranslation("steps");
  const show = useView((state) => state.show);
  const [time, priority] = [useId(), useId()];
  const { settings, put, problemAt } = useGraphSettings();
  return (
    <aside className={classes.inspector} aria-label={t("graph.title")}>
      <header className={classes.head}>
        <h2 className={`${classes.title} ${classes.words}`}>{t("graph.title")}</h2>
        <ActionIcon aria-label={t("graph.close")} onClick={() => show({ settingsOpen: false })}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      <div className={classes.body}>
        <div className={classes.panel}>
          <p className={classes.about}>{t("graph.about")}</p>
          <DurationField
            id={time}
            label={t("graph.timeout")}
            pointer="/settings/timeout_s"
            description={t("graph.timeoutHint")}
            placeholder={t("graph.noTimeout")}
            value={settings.timeout_s ?? undefined}
            problem={problemAt("/settings/timeout_s")}
            onChange={(seconds) => put({ timeout_s: seconds || undefined }, "timeout")}
          />
          <Frame id={priority} label={t("graph.priority")} description={t("graph.priorityHint")}>
            <SegmentedControl
              id={priority}
              fullWidth
              value={settings.priority ?? "normal"}
              data={PRIORITIES.map((value) => ({ value, label: t(`graph.priorityName.${value}`) }))}
              onChange={(value) =>
                put({ priority: value === "normal" ? undefined : (value as Settings["priority"]) })
              }
            />
          </Frame>
          <hr className={classes.rule} />
          <ConcurrencyFields concurrency={settings.concurrency ?? null} put={put} problemAt={problemAt} />
        </div>
      </div>
    </aside>
  );
}

type Put = (patch: { [K in keyof Settings]: Settings[K] | undefined }, group?: string) => void;

function useGraphSettings() {
  const settings = useDocument((state) => state.draft.settings);
  const change = useDocument((state) => state.change);
  const problems = useProblems((state) => state.all);
  const put: Put = (patch, group) =>
    change((draft) => setSettings(draft, patch), group ? `settings:${group}` : undefined);
  const problemAt = (pointer: string) =>
    problems.find((problem) => !problem.node && problem.field === pointer)?.message;
  return { settings, put, problemAt };
}

interface Props {
  concurrency: Concurrency | null;
  put: Put;
  problemAt(pointer: string): string | undefined;
}

function ConcurrencyFields({ concurrency, put, problemAt }: Props) {
  const { t } = useTranslation("steps");
  const [limit, full] = [useId(), useId()];
  const change = (patch: Partial<Concurrency>, group?: string) =>
    put({ concurrency: { limit: 1, ...concurrency, ...patch } }, group);
  const limitProblem = problemAt("/settings/concurrency/limit");
  return (
    <>
      <Toggle
        label={t("graph.limit")}
        description={t("graph.limitHint")}
        checked={concurrency !== null}
        onChange={(on) => put({ concurrency: on ? { limit: 1 } : undefined })}
      />
      {concurrency && (
        <div className={`${classes.section} ${classes.inset}`}>
          <Frame id={limit} label={t("graph.atATime")} {...(limitProblem && { problem: limitProblem })}>
            <NumberInput
              id={limit}
              min={1}
              allowDecimal={false}
              value={concurrency.limit}
              error={limitProblem !== undefined}
              onChange={(value) => change({ limit: Number(value) || 1 }, "limit")}
            />
          </Frame>
          <KeyField
            value={concurrency.key ?? ""}
            onChange={(key) => change({ key }, "key")}
            problem={problemAt("/settings/concurrency/key")}
          />
          {(concurrency.key || concurrency.total != null) && (
            <TotalField
              value={concurrency.total ?? null}
              onChange={(total) => change({ total }, "total")}
              problem={problemAt("/settings/concurrency/total")}
            />
          )}
          <Frame
            id={full}
            label={t("graph.full")}
            description={t(`graph.fullHint.${concurrency.full ?? "queue"}`)}
          >
            <Select
              id={full}
              value={concurrency.full ?? "queue"}
              allowDeselect={false}
              data={WHEN_FULL.map((value) => ({ value, label: t(`graph.fullName.${value}`) }))}
              onChange={(value) => change({ full: (value ?? "queue") as NonNullable<Concurrency["full"]> })}
            />
          </Frame>
        </div>
      )}
    </>
  );
}

type TotalProps = { value: number | null; onChange(value: number | null): void; problem: string | undefined };

function TotalField({ value, onChange, problem }: TotalProps) {
  const { t } = useTranslation("steps");
  const id = useId();
  return (
    <Frame id={id} label={t("graph.total")} description={t("graph.totalHint")} {...(problem && { problem })}>
      <NumberInput
        id={id}
        min={1}
        allowDecimal={false}
        value={value ?? ""}
        error={problem !== undefined}
        onChange={(next) => onChange(Number(next) || null)}
      />
    </Frame>
  );
}

type KeyProps = { value: string; onChange(value: string): void; problem: string | undefined };

function KeyField({ value, onChange, problem }: KeyProps) {
  const { t } = useTranslation("steps");
  const id = useId();
  const draft = useDocument((state) => state.draft);
  const sources = useMemo(
    () => [{ path: "input", node: "", title: t("graph.runInput"), schema: runInput(draft) }],
    [draft, t],
  );
  return (
    <Frame id={id} label={t("graph.key")} description={t("graph.keyHint")} {...(problem && { problem })}>
      <ExpressionField
        id={id}
        label={t("graph.key")}
        value={value}
        onChange={onChange}
        sources={sources}
        placeholder={t("graph.keyPlaceholder")}
        invalid={problem !== undefined}
      />
    </Frame>
  );
}
