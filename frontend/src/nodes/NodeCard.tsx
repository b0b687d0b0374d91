import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ClusterNode } from "@/wire/types";
import { HealthMark } from "./HealthMark";
import { InstanceTiles } from "./InstanceTiles";
import { LoadBar } from "./LoadBar";
import { NodeFacts } from "./NodeFacts";
import classes from "./NodesPage.module.css";

const TILES = 12;

/** A node on the map. */
export function NodeCard({ node }: { node: ClusterNode }) {
  const { t } = useTranslation("registry");
  const to = `/nodes/${encodeURIComponent(node.node_id)}`;
  return (
    <article
      className={classes.card}
      data-status={node.status}
      data-draining={node.draining || undefined}
      data-node={node.node_id}
    >
      <header className={classes.head}>
        <h3 className={classes.name}>
          <Link to={to} title={`${node.name}\n${node.node_id}`}>
            {node.name}
          </Link>
        </h3>
        <HealthMark health={node.status} />
      </header>
      <NodeFacts node={node} />
      <div className={classes.bars}>
        <LoadBar share={node.load / 100} label={t("nodes.load")} value={`${Math.round(node.load)} %`} />
        <LoadBar
          share={node.slots.busy / Math.max(1, node.slots.max)}
          label={t("nodes.slots")}
          value={`${node.slots.busy}/${node.slots.max}`}
        />
      </div>
      <InstanceTiles instances={node.agents} most={TILES} more={to} />
    </article>
  );
}
