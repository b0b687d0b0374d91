import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { deciders } from "@/trace/waitWords";
import { RelativeTime } from "@/ui/RelativeTime";
import { shortRunId } from "@/ui/RunId";
import type { OpenApproval } from "@/wire/types";
import classes from "./ApprovalsPage.module.css";
import { DecisionForm } from "./DecisionForm";
import { Subject } from "./Subject";

interface Props {
  approval: OpenApproval;
  open: boolean;
  onToggle(): void;
}

/** One thing somebody waits for: what, in which run, since when; opened, the form to decide it in place. */
export function ApprovalRow({ approval, open, onToggle }: Props) {
  const { t, i18n } = useTranslation(["approvals", "trace"]);
  const { run, step, workflow, message, since, due, needed, given, started_by: by } = approval;
  const { t: inTrace } = useTranslation("trace");
  const name = approval.title || t("trace:kind.approval");
  const panel = `approval-${run}-${step}`;
  return (
    <li className={classes.row}>
      <UnstyledButton className={classes.head} aria-expanded={open} aria-controls={panel} onClick={onToggle}>
        <IconChevronRight size={16} className={classes.chevron} data-open={open || undefined} aria-hidden />
        <span className={classes.what}>
          <span className={classes.message} data-open={open || undefined}>
            {message || t("noMessage", { step: name })}
          </span>
          <span className={classes.quiet}>
            {workflow.title} · <span title={step}>{name}</span> ·{" "}
            {by ? t("runBy", { run: shortRunId(run), name: by }) : t("run", { run: shortRunId(run) })}
          </span>
        </span>
        <span className={classes.when}>
          <RelativeTime at={since} />
          {due && (
            <span className={classes.quiet}>
              {t("due")} <RelativeTime at={due} />
            </span>
          )}
        </span>
      </UnstyledButton>
      {open && (
        <div id={panel} className={classes.body}>
          <p className={classes.quiet}>
            {t("who", { who: deciders(approval, inTrace, i18n.language) })}
            {needed > 1 && ` ${t("progress", { given: given.length, needed })}`}{" "}
            <Link to={`/runs/${run}?step=${encodeURIComponent(step)}`}>{t("openRun")}</Link>
          </p>
          <Subject run={run} input={approval.input} />
          <DecisionForm
            run={run}
            step={step}
            schema={approval.schema}
            project={approval.project}
            blocked={approval.mine ? "" : t("notYours")}
          />
        </div>
      )}
    </li>
  );
}
