import { useTranslation } from "react-i18next";
import { DecisionForm } from "@/approvals/DecisionForm";
import type { StepView } from "@/graph/runTypes";
import { formatMoment, formatSince, formatTime } from "@/ui/duration";
import { useApprovals, useMe } from "@/wire/queries";
import type { RunDetail } from "@/wire/types";
import { deciders } from "../waitWords";
import classes from "./ApprovalCard.module.css";

interface Props {
  run: RunDetail;
  step: StepView;
  now: number;
  ended: boolean;
  /** The step's name, where nothing else says it. */
  title?: string;
}

/** What people are asked at this step, who has said what, and, while it waits, the form to answer. */
export function ApprovalCard({ run, step, now, ended, title }: Props) {
  const { t, i18n } = useTranslation(["trace", "approvals"]);
  const { t: inTrace } = useTranslation("trace");
  const { wait } = step;
  const open = step.status === "waiting" && !ended;
  const rows = useApprovals({ run: run.id });
  const me = useMe();
  if (wait?.kind !== "approval") return null;
  const row = rows.data?.find((one) => one.step === step.key);
  const given = step.decisions.some(({ by, approved }) => approved && by === me.data?.username);
  const blocked = given ? t("approval.given") : row && !row.mine ? t("approvals:notYours") : "";
  return (
    <section className={classes.card} aria-label={t("kind.approval")} data-approval>
      {title && <h3 className={classes.title}>{title}</h3>}
      {wait.message && <p className={classes.message}>{wait.message}</p>}
      <p className={classes.quiet}>
        {t("approvals:who", { who: deciders(wait, inTrace, i18n.language) })}{" "}
        {wait.needed > 1 &&
          t("approvals:progress", {
            given: step.decisions.filter(({ approved }) => approved).length,
            needed: wait.needed,
          })}{" "}
        {open &&
          wait.due > 0 &&
          t("approval.due", {
            time: formatTime(wait.due, now, i18n.language),
            left: formatSince(wait.due - now),
          })}
      </p>
      {step.decisions.length > 0 && (
        <ul className={classes.decisions}>
          {step.decisions.map(({ approved, by, comment, at }) => (
            <li key={`${at}${by}`}>
              <b data-approved={approved}>
                {t(approved ? "approval.approvedBy" : "approval.rejectedBy", { name: by })}
              </b>{" "}
              <span title={formatMoment(at, i18n.language)}>{formatTime(at, now, i18n.language)}</span>
              {comment && <p>{comment}</p>}
            </li>
          ))}
        </ul>
      )}
      {open && (
        <DecisionForm
          key={step.key}
          run={run.id}
          step={step.key}
          schema={wait.schema}
          project={row?.project}
          blocked={blocked}
        />
      )}
    </section>
  );
}
