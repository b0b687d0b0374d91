import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClusterNode } from "@/wire/types";
import { byRegion, HEALTHS } from "./grouping";
import { NodeCard } from "./NodeCard";
import classes from "./NodesPage.module.css";

const FIRST = 16;
/** A card and the gap beside it: small regions stand side by side. */
const COLUMN_PX = 340;
const GAP_PX = 12;

/** The nodes under their regions. */
export function NodeMap({ nodes }: { nodes: readonly ClusterNode[] }) {
  const { t } = useTranslation("registry");
  const [root, setRoot] = useState<HTMLElement | null>(null);
  const groups = useMemo(() => byRegion(nodes), [nodes]);
  return (
    <div className={classes.map} ref={setRoot}>
      {groups.map(({ region, nodes: inside, health, instances }, at) => (
        <section
          key={region}
          aria-label={region || t("nodes.noRegion")}
          style={{ width: inside.length * COLUMN_PX - GAP_PX }}
        >
          <h2 className={classes.region}>
            {region || t("nodes.noRegion")}
            <span>
              {[
                t("nodes.count", { count: inside.length }),
                t("nodes.instances", { count: instances }),
                ...HEALTHS.filter((one) => one !== "active" && health[one] > 0).map((one) =>
                  t(`nodes.countOf.${one}`, { count: health[one] }),
                ),
              ].join(" · ")}
            </span>
          </h2>
          <div className={classes.grid}>
            {inside.map((node, place) => (
              <NodeCard key={node.node_id} node={node} first={at === 0 && place < FIRST} root={root} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
