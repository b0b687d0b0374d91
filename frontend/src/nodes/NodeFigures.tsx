import { useTranslation } from "react-i18next";
import { KEPT_MS, type NodeSample, useNodeRecord } from "@/stores/nodeHistory";
import { Sparkline } from "@/ui/Sparkline";
import { useNow } from "@/ui/useNow";
import type { ClusterNode } from "@/wire/types";
import classes from "./NodePage.module.css";

interface Figure {
  readonly name: "load" | "slots" | "instances";
  readonly shown: string;
  readonly value: (sample: NodeSample) => number;
  readonly most: number;
}

/** Load, calls and instances over the last minutes, as far as this page has seen them. */
export function NodeFigures({ node }: { node: ClusterNode }) {
  const { t } = useTranslation("registry");
  const samples = useNodeRecord(node.node_id)?.samples ?? [];
  const now = useNow(true, 2000);
  const first = samples[0]?.at ?? now;
  const span = Math.min(KEPT_MS, Math.max(60_000, now - first));
  const mostInstances = Math.max(4, ...samples.map(({ instances }) => instances)) * 1.2;
  const figures: readonly Figure[] = [
    { name: "load", shown: `${Math.round(node.load)} %`, value: ({ load }) => load, most: 100 },
    {
      name: "slots",
      shown: t("nodes.slotsOf", node.slots),
      value: ({ busy }) => busy,
      most: Math.max(1, node.slots.max),
    },
    {
      name: "instances",
      shown: String(node.agents.length),
      value: ({ instances }) => instances,
      most: mostInstances,
    },
  ];
  return (
    <div className={classes.figures}>
      {figures.map(({ name, shown, value, most }) => (
        <section key={name} className={classes.figure}>
          <div>
            <h2>{t(`node.figure.${name}`)}</h2>
            <strong>{shown}</strong>
          </div>
          <Sparkline
            points={samples.map((sample) => ({ at: sample.at, value: value(sample) }))}
            from={now - span}
            to={now}
            most={most}
            label={t("node.figure.label", { name: t(`node.figure.${name}`), value: shown })}
          />
          <p>{t("node.figure.span", { count: Math.max(1, Math.round(span / 60_000)) })}</p>
        </section>
      ))}
    </div>
  );
}
