import { Tooltip } from "@mantine/core";
import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useProblemsOf } from "../model";
import { problemText } from "../problemText";
import classes from "./StepNode.module.css";

/** A small warning sign on a step something is wrong with; what, on hover. */
export function ProblemBadge({ id }: { id: string }) {
  const { t } = useTranslation("canvas");
  const problems = useProblemsOf(id);
  if (problems.length === 0) return null;
  const isError = problems.some((problem) => problem.severity !== "warning");
  return (
    <Tooltip
      multiline
      maw={320}
      label={problems.map(problemText).join("\n")}
      style={{ whiteSpace: "pre-line" }}
    >
      <span
        className={isError ? classes.error : classes.warning}
        role="img"
        aria-label={t("problems.onNode", { count: problems.length })}
      >
        <IconAlertTriangleFilled size={15} />
      </span>
    </Tooltip>
  );
}
