import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { lookOf } from "@/canvas/kinds";
import type { GraphNode } from "@/graph/runStructure";
import type { RunView, StepView } from "@/graph/runTypes";
import { nodeLabel, stepLabel } from "../labels";
import type { Row } from "./rows";
import classes from "./WaterfallRow.module.css";

/** What a row is called, and a quiet word on what it is. */
export function RowLabel({ view, row }: { view: RunView; row: Row }) {
  const { t } = useTranslation("trace");
  if (row.kind === "undoing") {
    return (
      <span className={classes.section}>
        {t("waterfall.undoing", { count: view.compensation?.undo.length ?? 0 })}
      </span>
    );
  }
  if (row.kind === "iteration" || !row.node) {
    return <span className={classes.iteration}>{t("waterfall.iteration", { number: row.index + 1 })}</span>;
  }
  const step = view.steps.get(row.id);
  const label = nodeLabel(row.node, t);
  const words = quietWords(row.node, step, t);
  const { icon: Icon } = lookOf(row.node.kind);
  return (
    <>
      <span className={classes.words}>
        <span className={classes.label} title={`${label} (${row.id})`}>
          {label}
        </span>
        <span
          className={classes.kind}
          data-agent={(row.undoes === undefined && words) || undefined}
          data-undoes={row.undoes}
        >
          {row.undoes === undefined
            ? words || <Icon size={13} stroke={1.6} aria-hidden />
            : t("waterfall.undoes", { step: stepLabel(view, row.undoes, t) })}
        </span>
      </span>
      {step?.cached && (
        <span className={classes.badge} title={t("waterfall.cachedHint")}>
          {t("waterfall.cached")}
        </span>
      )}
      {step?.takenOver && !step.cached && (
        <span className={classes.badge} title={t("waterfall.takenOverHint")}>
          {t("waterfall.takenOver")}
        </span>
      )}
    </>
  );
}

function quietWords(node: GraphNode, step: StepView | undefined, t: TFunction<"trace">): string {
  if (step?.iterations != null) return t("waterfall.iterations", { count: step.iterations });
  if (node.kind === "agent" && node.title) return node.agent ?? "";
  return node.kind === "workflow" && node.title ? (node.workflow ?? "") : "";
}
