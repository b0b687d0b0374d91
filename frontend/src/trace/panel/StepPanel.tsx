import { ActionIcon, Tabs, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { isTerminal, type RunView } from "@/graph/run";
import { formatDuration, formatTicking } from "@/ui/duration";
import { StatusMark } from "@/ui/StatusMark";
import type { RunDetail } from "@/wire/types";
import { stepLabel } from "../labels";
import { ValueView } from "../values/ValueView";
import { ApprovalCard } from "./ApprovalCard";
import { AttemptsTab } from "./AttemptsTab";
import { BidsTab } from "./BidsTab";
import { DetailsTab } from "./DetailsTab";
import { ErrorTab } from "./ErrorTab";
import { IterationSteps } from "./IterationSteps";
import { openApprovals } from "./openApprovals";
import classes from "./StepPanel.module.css";
import { firstTab, isOver, type Subject, subjectOf, type Tab, tabsOf } from "./subject";
import { WaitingNote } from "./WaitingNote";

interface Props {
  run: RunDetail;
  view: RunView;
  revision: number;
  now: number;
  selected: string | null;
  onSelect(key: string | null): void;
}

/** Everything about the selected step, or about the run when none is selected. */
export function StepPanel({ run, view, revision, now, selected, onSelect }: Props) {
  const { t } = useTranslation("trace");
  const [wanted, setWanted] = useState<Tab | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view changes in place, its revision says when
  const subject = useMemo(() => subjectOf(view, selected), [view, revision, selected]);
  // with no step selected, what waits for a decision is asked at once
  const asked = subject.step ?? (subject.kind === "run" ? openApprovals(view)[0] : undefined);
  const tabs = tabsOf(subject);
  const tab = wanted && tabs.includes(wanted) ? wanted : firstTab(subject);
  return (
    <aside className={classes.panel} aria-label={t("panel.label")}>
      <Head view={view} subject={subject} now={now} onClose={() => onSelect(null)} />
      <WaitingNote view={view} subject={subject} now={now} />
      {asked?.wait?.kind === "approval" && (
        <ApprovalCard
          run={run}
          step={asked}
          now={now}
          ended={isTerminal(view.status)}
          {...(!subject.step && { title: stepLabel(view, asked.key, t) })}
        />
      )}
      <Tabs value={tab} onChange={(next) => setWanted(next as Tab)} classNames={{ root: classes.tabs ?? "" }}>
        <Tabs.List className={classes.list} aria-label={t("tab.label")}>
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tab.${name}`)}
              <Count subject={subject} tab={name} />
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((name) => (
          <Tabs.Panel key={name} value={name} className={classes.body}>
            {name === tab && <Body tab={name} run={run} view={view} subject={subject} onSelect={onSelect} />}
          </Tabs.Panel>
        ))}
      </Tabs>
    </aside>
  );
}

function Head({
  view,
  subject,
  now,
  onClose,
}: {
  view: RunView;
  subject: Subject;
  now: number;
  onClose(): void;
}) {
  const { t } = useTranslation("trace");
  const { startedAt, endedAt, kind, key, status } = subject;
  const took = startedAt === null || status === "skipped" ? null : (endedAt ?? now) - startedAt;
  return (
    <header className={classes.head}>
      <h2 className={classes.title} title={key}>
        {kind === "run" ? t("panel.run") : stepLabel(view, key, t)}
      </h2>
      <StatusMark status={status} />
      {took !== null && (
        <span className={classes.took}>{endedAt === null ? formatTicking(took) : formatDuration(took)}</span>
      )}
      {kind !== "run" && (
        <Tooltip label={t("panel.wholeRun")}>
          <ActionIcon onClick={onClose} aria-label={t("panel.close")}>
            <IconX size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </header>
  );
}

function Count({ subject, tab }: { subject: Subject; tab: Tab }) {
  if (tab === "attempts" && subject.attempts.length > 1) {
    return <span className={classes.count}>{subject.attempts.length}</span>;
  }
  return tab === "error" && subject.error ? <span className={classes.dot} aria-hidden /> : null;
}

interface BodyProps {
  tab: Tab;
  run: RunDetail;
  view: RunView;
  subject: Subject;
  onSelect(key: string): void;
}

function Body({ tab, run, view, subject, onSelect }: BodyProps) {
  const { t } = useTranslation("trace");
  switch (tab) {
    case "output":
      return (
        <>
          {subject.kind === "iteration" && (
            <IterationSteps view={view} subject={subject} onSelect={onSelect} />
          )}
          <ValueView run={run.id} value={subject.output} none={t(`panel.noOutput.${subject.status}`)} />
        </>
      );
    case "input":
      return (
        <ValueView
          run={run.id}
          value={subject.input}
          none={t(isOver(subject) || subject.startedAt !== null ? "panel.noInput" : "panel.noInputYet")}
        />
      );
    case "error":
      return <ErrorTab view={view} subject={subject} onSelect={onSelect} />;
    case "attempts":
      return <AttemptsTab subject={subject} />;
    case "bids":
      return <BidsTab attempts={subject.attempts} />;
    case "details":
      return <DetailsTab run={run} view={view} subject={subject} />;
  }
}
