import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { NodeKind } from "@/graph/model";
import { useNodeProblems } from "@/stores/problems";
import { useView } from "@/stores/view";
import { problemText } from "../problemText";
import classes from "./Inspector.module.css";
import { tabFor } from "./tabs";

/** Everything that is wrong with the step, one click from its field. */
export function NodeProblems({ id, kind }: { id: string; kind: NodeKind }) {
  const { t } = useTranslation("canvas");
  const problems = useNodeProblems(id);
  const show = useView((state) => state.show);
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems} aria-label={t("problems.onNode", { count: problems.length })}>
      {problems.map((problem) => (
        <li key={`${problem.code}${problem.field ?? ""}${problem.message}`}>
          <button
            type="button"
            className={classes.problem}
            data-severity={problem.severity ?? "error"}
            onClick={() =>
              show({
                tab: tabFor(kind, problem.field ?? ""),
                focus: { node: id, field: problem.field ?? "" },
              })
            }
          >
            <IconAlertTriangle size={14} />
            {problemText(problem)}
          </button>
        </li>
      ))}
    </ul>
  );
}
