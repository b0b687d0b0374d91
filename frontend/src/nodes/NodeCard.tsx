import { useIntersection } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ClusterNode } from "@/wire/types";
import { HealthMark } from "./HealthMark";
import { InstanceTiles } from "./InstanceTiles";
import { LoadBar } from "./LoadBar";
import { NodeFacts } from "./NodeFacts";
import classes from "./NodesPage.module.css";

const TILES = 16;
const TILES_ABREAST = 2;
const TILE_ROW_PX = 30;
const ABOVE_TILES_PX = 74;

/** What stands further off than this is drawn without its details: hundreds of nodes change every second. */
const NEAR = "600px";

interface Props {
  node: ClusterNode;
  /** It is in view from the start. */
  first: boolean;
  /** What scrolls. */
  root: HTMLElement | null;
}

/** A node on the map. */
export function NodeCard({ node, first, root }: Props) {
  const { ref, entry } = useIntersection({ root, rootMargin: NEAR });
  const to = `/nodes/${encodeURIComponent(node.node_id)}`;
  return (
    <article
      ref={ref}
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
      {(entry?.isIntersecting ?? first) ? (
        <Details node={node} to={to} />
      ) : (
        <div style={{ height: roughHeight(node) }} />
      )}
    </article>
  );
}

function Details({ node, to }: { node: ClusterNode; to: string }) {
  const { t } = useTranslation("registry");
  return (
    <>
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
    </>
  );
}

function roughHeight({ agents }: ClusterNode): number {
  return ABOVE_TILES_PX + Math.ceil(Math.min(agents.length, TILES) / TILES_ABREAST) * TILE_ROW_PX;
}
