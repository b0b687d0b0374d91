import { Button, UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconSitemap } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { GraphView } from "@/canvas/GraphView";
import type { RunView } from "@/graph/run";
import { childKey, placeOf, scopeOf } from "@/graph/runKeys";
import type { NodeOverlay, RunOverlay } from "@/graph/runTypes";
import type { Graph, RunDetail } from "@/wire/types";
import { graphInside, nodeWithin } from "./innerGraph";
import { stepLabel, stepOfNode } from "./labels";
import classes from "./RunPage.module.css";

interface Props {
  run: RunDetail;
  view: RunView;
  revision: number;
  selected: string | null;
  onSelect(step: string | null): void;
}

/** The run's graph and how each step stands; on demand that of a workflow or a plan that runs inside a step. */
export function RunGraph({ run, view, revision, selected, onSelect }: Props) {
  const { t } = useTranslation("trace");
  const [scope, setScope] = useState("");
  const inner = scope ? graphInside(run, view, scope) : null;
  const within = inner ? scope : "";
  const overlay = useMemo(() => overlayWithin(view.overlay, within, inner), [view.overlay, within, inner]);
  const enterable = useMemo(
    () => (revision >= 0 && selected && graphInside(run, view, selected) ? selected : null),
    [run, view, revision, selected],
  );
  const enter = (node: string) => {
    const step = stepOfNode(view, childKey(placeOf(within), node));
    if (step && graphInside(run, view, step)) setScope(step);
  };
  return (
    <div className={classes.graph}>
      <GraphView
        key={within}
        graph={inner ?? run.graph}
        overlay={overlay}
        selected={selected && nodeWithin(selected, within)}
        onSelect={(node) => onSelect(node && stepOfNode(view, childKey(placeOf(within), node)))}
        onEnter={enter}
      />
      <div className={classes.path}>
        {within && (
          <nav aria-label={t("run.path")}>
            <UnstyledButton onClick={() => setScope("")}>{run.workflow.title}</UnstyledButton>
            {around(within).map((step) => (
              <span key={step}>
                <IconChevronRight size={13} aria-hidden />
                <UnstyledButton onClick={() => setScope(step)}>{stepLabel(view, step, t)}</UnstyledButton>
              </span>
            ))}
          </nav>
        )}
        {enterable && enterable !== within && (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconSitemap size={14} />}
            onClick={() => setScope(enterable)}
          >
            {t("run.enter")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** The step and those it stands in, outermost first, as far as each has a graph of its own. */
function around(step: string): string[] {
  const found: string[] = [];
  for (let key = step; key; key = scopeOf(key)) if (!key.endsWith("]")) found.unshift(key);
  return found;
}

/** A start inside a step is no step of the run: it was passed when its steps began. */
const BEGUN: NodeOverlay = {
  status: "completed",
  counts: {},
  total: 1,
  done: 1,
  attempt: 0,
  startedAt: null,
  endedAt: null,
  message: "",
  ports: ["out"],
};

/** By node, what the run's overlay holds by place. */
function overlayWithin(overlay: RunOverlay, scope: string, graph: Graph | null): RunOverlay {
  if (!scope) return overlay;
  const prefix = `${placeOf(scope)}/`;
  const inside = [...overlay].filter(([place]) => place.startsWith(prefix));
  const found = new Map(inside.map(([place, one]) => [place.slice(prefix.length), one]));
  for (const { id, kind } of graph?.nodes ?? []) if (kind === "start") found.set(id, BEGUN);
  return found;
}
