import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { RelativeTime } from "@/trace/RelativeTime";
import { StatusMark } from "@/ui/StatusMark";
import type { Workflow } from "@/wire/types";
import { WorkflowActions } from "./WorkflowActions";
import classes from "./WorkflowsPage.module.css";

export function WorkflowTable({ workflows }: { workflows: readonly Workflow[] }) {
  const { t } = useTranslation("workflows");
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <colgroup>
          <col />
          <col style={{ width: 140 }} />
          <col style={{ width: 190 }} />
          <col style={{ width: 190 }} />
          <col style={{ width: 56 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">{t("column.title")}</th>
            <th scope="col">{t("column.status")}</th>
            <th scope="col">{t("column.lastRun")}</th>
            <th scope="col">{t("column.updated")}</th>
            <th scope="col" aria-label={t("column.actions")} />
          </tr>
        </thead>
        <tbody>
          {workflows.map((workflow) => (
            <Row key={workflow.id} workflow={workflow} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation("workflows");
  const navigate = useNavigate();
  const to = `/workflows/${workflow.id}`;
  const { published_version: version, last_run: run } = workflow;
  return (
    <tr onClick={() => void navigate(to)}>
      <td>
        <Link className={classes.name} to={to} onClick={(event) => event.stopPropagation()}>
          {workflow.title}
        </Link>
        <div className={classes.quiet}>
          {workflow.description || t("steps", { count: workflow.node_count })}
        </div>
      </td>
      <td>
        <span className={classes.status} data-published={version !== null || undefined}>
          {version === null ? t("draft") : t("published", { number: version })}
        </span>
      </td>
      <td>
        {run ? (
          <>
            <StatusMark status={run.status} />
            <div className={classes.quiet}>
              <RelativeTime at={run.created_at} />
            </div>
          </>
        ) : (
          <span className={classes.quiet}>{t("neverRun")}</span>
        )}
      </td>
      <td>
        <RelativeTime at={workflow.updated_at} />
        {workflow.updated_by && <div className={classes.quiet}>{t("by", { name: workflow.updated_by })}</div>}
      </td>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only keeps a click on the menu from opening the row */}
      <td onClick={(event) => event.stopPropagation()}>
        <WorkflowActions workflow={workflow} />
      </td>
    </tr>
  );
}
