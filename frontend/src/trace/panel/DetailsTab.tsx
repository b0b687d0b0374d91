import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/graph/run";
import { nodeFor } from "@/graph/runScopes";
import { CopyButton } from "@/ui/CopyButton";
import { formatBytes, formatDuration, formatExact, formatMoment } from "@/ui/duration";
import type { RunDetail } from "@/wire/types";
import classes from "./DetailsTab.module.css";
import type { Subject } from "./subject";

interface Fact {
  name: string;
  value: string;
  /** Ids and the like, which one wants to copy. */
  code?: boolean;
}

/** Names, ids, times and sizes. */
export function DetailsTab({ run, view, subject }: { run: RunDetail; view: RunView; subject: Subject }) {
  const { t, i18n } = useTranslation("trace");
  const facts = subject.kind === "run" ? runFacts(run, view, t) : stepFacts(view, subject, t, i18n.language);
  const all = [...facts, ...timeFacts(subject, t, i18n.language)].filter(({ value }) => value !== "");
  return (
    <dl className={classes.facts}>
      {all.map(({ name, value, code }) => (
        <Row key={name} name={name}>
          {code ? <code>{value}</code> : value}
          {code && <CopyButton value={value} label={t("json.copyValue")} />}
        </Row>
      ))}
    </dl>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function runFacts(run: RunDetail, view: RunView, t: TFunction<"trace">): Fact[] {
  return [
    { name: t("details.run"), value: run.id, code: true },
    { name: t("details.workflow"), value: run.workflow.title },
    {
      name: t("details.version"),
      value: run.version === null ? t("run.draft") : t("run.version", { number: run.version }),
    },
    { name: t("details.startedBy"), value: run.created_by ?? "" },
    { name: t("details.worker"), value: view.worker, code: view.worker !== "" },
    { name: t("details.takeovers"), value: view.takeovers > 0 ? String(view.takeovers) : "" },
    { name: t("details.events"), value: String(view.cursor) },
    { name: t("details.trigger"), value: view.trigger },
    {
      name: t("details.priority"),
      value: view.priority === "normal" ? "" : t(`run.priority.${view.priority}`),
    },
    {
      name: t("details.labels"),
      value: Object.entries(run.labels ?? {})
        .map(([name, value]) => `${name}:${value}`)
        .join(", "),
    },
    { name: t("details.origin"), value: view.origin?.run_id ?? "", code: true },
    { name: t("details.edited"), value: view.origin?.edited?.join(", ") ?? "" },
    { name: t("details.traceId"), value: run.trace_id, code: true },
  ];
}

function stepFacts(
  view: RunView,
  { key, step, attempts, status }: Subject,
  t: TFunction<"trace">,
  language: string,
): Fact[] {
  const node = nodeFor(view, key);
  const last = attempts.at(-1);
  return [
    { name: t("details.step"), value: key, code: true },
    { name: t("details.kind"), value: node ? t(`kind.${node.kind}`) : "" },
    { name: t("details.agent"), value: last ? `${last.agent}@${last.version}` : "", code: true },
    { name: t("details.instance"), value: last?.instance ?? "", code: true },
    { name: t("details.node"), value: last?.host ?? "" },
    { name: t("details.callId"), value: last?.callId ?? "", code: true },
    { name: t("details.iterations"), value: step?.iterations == null ? "" : String(step.iterations) },
    {
      name: t("details.port"),
      value: status === "completed" && step && step.port !== "out" ? step.port : "",
    },
    { name: t("details.cached"), value: step?.cached ? t("details.yes") : "" },
    {
      name: t("details.due"),
      value: step?.wait && step.wait.due > 0 ? formatMoment(step.wait.due, language) : "",
    },
    { name: t("details.signal"), value: step?.wait?.kind === "signal" ? step.wait.name : "", code: true },
    { name: t("details.signalKey"), value: step?.wait?.kind === "signal" ? step.wait.key : "", code: true },
    { name: t("details.plan"), value: step?.plan?.explanation ?? "" },
    { name: t("details.inputSize"), value: sizeOf(step?.input) },
    { name: t("details.outputSize"), value: sizeOf(step?.output) },
  ];
}

function timeFacts(
  { step, attempts, startedAt, endedAt }: Subject,
  t: TFunction<"trace">,
  language: string,
): Fact[] {
  const last = attempts.at(-1);
  const moment = (at: number | null | undefined) => (at == null ? "" : formatExact(at, language));
  const span = (ms: number | undefined) =>
    last?.endedAt == null || ms === undefined ? "" : formatDuration(ms);
  return [
    { name: t("details.ready"), value: moment(step?.readyAt) },
    { name: t("details.started"), value: moment(startedAt) },
    { name: t("details.ended"), value: moment(endedAt) },
    { name: t("details.queued"), value: span(last?.queuedMs) },
    { name: t("details.worked"), value: span(last?.workedMs) },
    {
      name: t("details.took"),
      value: startedAt !== null && endedAt !== null ? formatDuration(endedAt - startedAt) : "",
    },
  ];
}

function sizeOf(value: unknown): string {
  return value === undefined || value === null ? "" : formatBytes(new Blob([JSON.stringify(value)]).size);
}
