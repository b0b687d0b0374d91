import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusMark } from "@/ui/StatusMark";
import type { Workflow } from "@/wire/types";
import { WorkflowActions } from "./WorkflowActions";
import classes from "./WorkflowsPage.module.css";

interface Props {
  workflows: readonly Workflow[];
  /** Whether each says its project. */
  projects: boolean;
}

export function WorkflowTable({ workflows, projects }: Props) {
  const { t } = useTranslation("workflows");
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <colgroup>
          <col />
          {projects && <col style={{ width: "16%" }} />}
          <col style={{ width: 132 }} />
          <col style={{ width: 232 }} />
          <col style={{ width: 232 }} />
          <col style={{ width: 56 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">{t("column.title")}</th>
            {projects && <th scope="col">{t("create.project")}</th>}
            <th scope="col">{t("column.status")}</th>
            <th scope="col">{t("column.lastRun")}</th>
            <th scope="col">{t("column.updated")}</th>
            <th scope="col" aria-label={t("column.actions")} />
          </tr>
        </thead>
        <tbody>
          {workflows.map((workflow) => (
            <Row key={workflow.id} workflow={workflow} projects={projects} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ workflow, projects }: { workflow: Workflow; projects: boolean }) {
  const { t } = useTranslation("workflows");
  const navigate = useNavigate();
  const to = `/workflows/${workflow.id}`;
  const { published_version: version, last_run: run } = workflow;
  return (
    <tr onClick={() => void navigate(to)}>
      <td>
        <Link
          className={classes.name}
          to={to}
          title={workflow.title}
          onClick={(event) => event.stopPropagation()}
        >
          {workflow.title}
        </Link>
        <div className={classes.quiet}>
          {workflow.description || t("steps", { count: workflow.node_count })}
        </div>
      </td>
      {projects && <td className={classes.project}>{workflow.project.name}</td>}
      <td>
        <span className={classes.status} data-published={version !== null || undefined}>
          {version === null ? t("draft") : t("published", { number: version })}
        </span>
      </td>
      <td>
        {run ? (
          <Link className={classes.run} to={`/runs/${run.id}`} onClick={(event) => event.stopPropagation()}>
            <StatusMark status={run.status} />
            <span className={classes.quiet}>
              <RelativeTime at={run.created_at} />
            </span>
          </Link>
        ) : (
          <span className={classes.quiet}>{t("neverRun")}</span>
        )}
      </td>
      <td>
        <div className={classes.quiet}>
          <RelativeTime at={workflow.updated_at} />
          {workflow.updated_by && ` ${t("by", { name: workflow.updated_by })}`}
        </div>
      </td>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only keeps a click on the menu from opening the row */}
      <td onClick={(event) => event.stopPropagation()}>
        <WorkflowActions workflow={workflow} />
      </td>
    </tr>
  );
}
