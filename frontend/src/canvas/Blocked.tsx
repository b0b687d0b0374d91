import { IconAlertTriangle } from "@tabler/icons-react";
import { useDocument } from "@/stores/document";
import type { Problem } from "@/wire/generated";
import classes from "./Designer.module.css";
import type { Editor } from "./editor";
import { goToProblem } from "./goToProblem";

interface Props {
  editor: Editor;
  problems: readonly Problem[];
  text: string;
  onGo(): void;
}

/** Why something cannot be done yet, each reason one click from its field. */
export function Blocked({ editor, problems, text, onGo }: Props) {
  const fields = useDocument((state) => state.draft.fields);
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
                {fields[problem.node ?? ""]?.title || problem.node || problem.edge || "–"}
              </span>
              <span className={classes.problemText}>{problem.message}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
