import { IconExternalLink } from "@tabler/icons-react";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSubWorkflow } from "../useSubWorkflow";
import classes from "./StepNode.module.css";

/** Opens the workflow a step runs; in a new tab, so that the draft stays as it is. */
export function SubWorkflowLink({ name }: { name: string }) {
  const { t } = useTranslation("steps");
  const { data } = useSubWorkflow(name);
  if (!data) return null;
  return (
    <Link
      to={`/workflows/${data.id}`}
      target="_blank"
      rel="noopener"
      className={`${classes.link} nodrag`}
      data-open
      aria-label={t("workflow.open", { title: data.title })}
      title={t("workflow.open", { title: data.title })}
      onClick={(event) => event.stopPropagation()}
    >
      <IconExternalLink size={15} stroke={1.7} />
    </Link>
  );
}

/** A double click on a sub-workflow's card does what its link does; elsewhere it does nothing. */
export function openSubWorkflow({ target }: MouseEvent): void {
  if (!(target instanceof Element) || target.closest("[data-open]")) return;
  target.closest(".react-flow__node")?.querySelector<HTMLAnchorElement>("[data-open]")?.click();
}
