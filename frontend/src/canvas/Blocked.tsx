import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/wire/generated";
import classes from "./Designer.module.css";
import type { Editor } from "./editor";
import { goToProblem } from "./goToProblem";
import { problemText } from "./problemText";

interface Props {
  editor: Editor;
  problems: readonly Problem[];
  text: string;
  onGo(): void;
}

/** Why something cannot be done yet, each reason one click from its field. */
export function Blocked({ editor, problems, text, onGo }: Props) {
  const { t } = useTranslation("canvas");
  return (
    <div role="alert">
      <p style={{ marginTop: 0 }}>{text}</p>
      <ul className={classes.problemRows} style={{ maxHeight: 280, margin: "0 -12px" }}>
        {problems.map((problem) => (
          <li key={`${problem.node ?? ""}${problem.field ?? ""}${problem.code}${problem.message}`}>
            <button
              type="button"
              className={classes.problemRow}
              onClick={() => {
                onGo();
                goToProblem(editor, problem);
              }}
            >
              <IconAlertTriangle size={15} />
              <span className={classes.problemNode}>
                {problem.node ? editor.titleOf(problem.node) : problem.edge || t("problems.workflow")}
              </span>
              <span className={classes.problemText}>{problemText(problem)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
