import { Button, UnstyledButton } from "@mantine/core";
import { IconHourglass, IconPlayerPause } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isTerminal } from "@/graph/run";
import { serverWords } from "@/i18n/serverWords";
import { formatSince } from "@/ui/duration";
import { useApprovals, useWhy } from "@/wire/queries";
import type { RunDetail, WhyReason } from "@/wire/types";
import { stepLabel } from "./labels";
import { openApprovals, toApproval } from "./panel/openApprovals";
import type { Trace } from "./useTrace";
import classes from "./WhyPanel.module.css";
import { waitWords } from "./waitWords";

const QUIET_MS = 3_000;
const SHOWN = 3;
/** What the page can say itself, in the reader's language and time zone. */
const OWN_WORDS = new Set(["timer", "approval", "signal", "retry"]);
const STILL = new Set(["pending", "queued", "waiting", "paused"]);

interface Props {
  run: RunDetail;
  trace: Trace;
  now: number;
  onSelect(step: string): void;
}

/** Why the run does not go on, in sentences, for as long as it does not. */
export function WhyPanel({ run, trace: { view }, now, onSelect }: Props) {
  const { t } = useTranslation("trace");
  const still = STILL.has(view.status) || now - (view.movedAt ?? now) > QUIET_MS;
  const asking = !isTerminal(view.status) && still;
  const why = useWhy(run.id, asking);
  const reasons = asking ? (why.data?.reasons ?? []) : [];
  if (reasons.length === 0) return null;
  const toDecide = new Set(openApprovals(view).map(({ key }) => key));
  const Icon = view.status === "paused" ? IconPlayerPause : IconHourglass;
  return (
    <div className={classes.why} role="status" aria-label={t("why.label")}>
      <Icon size={16} aria-hidden />
      <ul>
        {reasons.slice(0, SHOWN).map((reason) => (
          <Reason
            key={`${reason.code} ${reason.step}`}
            reason={reason}
            now={now}
            view={view}
            onSelect={onSelect}
            action={
              toDecide.has(reason.step) && <Decide run={run.id} step={reason.step} onSelect={onSelect} />
            }
          />
        ))}
        {reasons.length > SHOWN && <li>{t("why.more", { count: reasons.length - SHOWN })}</li>}
      </ul>
    </div>
  );
}

/** To the form that answers, for those who may. */
function Decide({ run, step, onSelect }: { run: string; step: string; onSelect(step: string): void }) {
  const { t } = useTranslation("trace");
  const row = useApprovals({ run }).data?.find((one) => one.step === step);
  if (row && !row.mine) return null;
  return (
    <Button
      size="compact-xs"
      className={classes.decide ?? ""}
      onClick={() => {
        onSelect(step);
        toApproval();
      }}
    >
      {t("why.decide")}
    </Button>
  );
}

function Reason({
  reason: { code, message, step, since, until },
  now,
  view,
  onSelect,
  action,
}: {
  reason: WhyReason;
  now: number;
  view: Trace["view"];
  onSelect(step: string): void;
  action: ReactNode;
}) {
  const { t, i18n } = useTranslation("trace");
  const from = momentOf(since);
  const to = momentOf(until);
  const known = view.steps.get(step);
  const [before, after = ""] = serverWords(code, message).split(`\`${step}\``);
  const words = OWN_WORDS.has(code) && known ? waitWords(known, now, t, i18n.language) : "";
  return (
    <li>
      {!words && <span>{before}</span>}{" "}
      {step && (
        <UnstyledButton className={classes.step} onClick={() => onSelect(step)} title={step}>
          {stepLabel(view, step, t)}
        </UnstyledButton>
      )}{" "}
      {words || after}{" "}
      <span className={classes.time}>
        {!words && to !== null && to > now && t("why.in", { left: formatSince(to - now) })}
        {!words && to === null && from !== null && t("why.since", { time: formatSince(now - from) })}
      </span>
      {action}
    </li>
  );
}

/** A moment in ms; 0 and null stand for none. */
function momentOf(given: string | number | null): number | null {
  if (!given) return null;
  const moment = typeof given === "number" ? given : new Date(given).getTime();
  return Number.isFinite(moment) ? moment : null;
}
