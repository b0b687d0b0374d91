import { useTranslation } from "react-i18next";
import type { Problem } from "@/wire/generated";
import { isProblem } from "@/wire/problem";
import { problemText } from "../problemText";
import classes from "./RunDialog.module.css";

interface Props {
  /** Of the start, or of what was read for it. */
  error: Error | null;
  /** The server was silent: nobody knows whether the run started. */
  isSilent: boolean;
  /** The draft could not be saved, so it was not run. */
  unsaved: boolean;
  isDraft: boolean;
}

/** Why the run did not start; what is wrong with a draft stands with its steps already. */
export function StartProblem({ error, isSilent, unsaved, isDraft }: Props) {
  const { t } = useTranslation("canvas");
  const ofGraph = isProblem(error, "graph_problems") ? (error.extra.problems as Problem[]) : [];
  const words = unsaved ? t("runDialog.notSaved") : error?.message;
  if (!words || (isDraft && ofGraph.length > 0)) return null;
  return (
    <div role="alert" className={classes.problem}>
      {words} {isSilent && !unsaved && t("runDialog.askAgain")}
      {ofGraph.length > 0 && (
        <ul>
          {ofGraph.map((problem) => (
            <li key={`${problem.node ?? ""}${problem.field ?? ""}${problem.code}${problem.message}`}>
              {problemText(problem)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
