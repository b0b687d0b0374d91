import { ActionIcon } from "@mantine/core";
import { IconAlertTriangle, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDocument } from "@/stores/document";
import { useProblems } from "@/stores/problems";
import { useView } from "@/stores/view";
import type { Problem } from "@/wire/generated";
import classes from "./Designer.module.css";
import type { Editor } from "./editor";
import { goToProblem } from "./goToProblem";
import { shownTitle } from "./nodes/shownTitle";
import { problemText } from "./problemText";

/** Everything that is wrong, over the canvas's lower edge; a click leads to the step and the field. */
export function ProblemList({ editor }: { editor: Editor }) {
  const { t } = useTranslation("canvas");
  const open = useView((state) => state.problemsOpen);
  const toggle = useView((state) => state.toggle);
  const problems = useProblems((state) => state.all);
  if (!open || problems.length === 0) return null;
  return (
    <section className={classes.problems} aria-label={t("problems.title")}>
      <div className={classes.problemsHead}>
        {t("problems.count", { count: problems.length })}
        <span className={classes.grow} />
        <ActionIcon aria-label={t("problems.close")} onClick={() => toggle("problemsOpen")}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <ul className={classes.problemRows}>
        {problems.map((problem) => (
          <li
            key={`${problem.node ?? ""}${problem.edge ?? ""}${problem.field ?? ""}${problem.code}${problem.message}`}
          >
            <button
              type="button"
              className={classes.problemRow}
              data-severity={problem.severity ?? "error"}
              onClick={() => goToProblem(editor, problem)}
            >
              <IconAlertTriangle size={15} />
              <span className={classes.problemNode}>
                <Where problem={problem} />
              </span>
              <span className={classes.problemText}>{problemText(problem)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Where({ problem }: { problem: Problem }) {
  const { t } = useTranslation("canvas");
  useDocument((state) => state.draft.fields[problem.node ?? ""]);
  return <>{problem.node ? shownTitle(t, problem.node) : problem.edge || t("problems.workflow")}</>;
}
