import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/graph/run";
import { nodeFor } from "@/graph/runScopes";
import { StatusMark } from "@/ui/StatusMark";
import { nodeLabel } from "../labels";
import { stepStatus } from "../waterfall/rows";
import classes from "./IterationSteps.module.css";
import type { Subject } from "./subject";

/** The steps of one iteration, each a way to its own page of the panel. */
export function IterationSteps({
  view,
  subject,
  onSelect,
}: {
  view: RunView;
  subject: Subject;
  onSelect(key: string): void;
}) {
  const { t } = useTranslation("trace");
  return (
    <section className={classes.steps}>
      <h3>{t("panel.steps")}</h3>
      {subject.children.map((key) => {
        const node = nodeFor(view, key);
        return (
          <UnstyledButton key={key} className={classes.step} onClick={() => onSelect(key)}>
            <span>{node ? nodeLabel(node, t) : key}</span>
            <StatusMark status={stepStatus(view, view.steps.get(key))} size={14} />
          </UnstyledButton>
        );
      })}
    </section>
  );
}
