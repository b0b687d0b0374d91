import { useTranslation } from "react-i18next";
import { formatDuration, formatSince } from "@/ui/duration";
import { useNow } from "@/ui/useNow";
import type { ClusterNode } from "@/wire/types";
import classes from "./NodePage.module.css";

/** The rest that a node says of itself; `seen` is when the list was read, on the browser's clock. */
export function NodeDetails({ node, seen }: { node: ClusterNode; seen: number }) {
  const { t } = useTranslation("registry");
  const now = useNow(true, 1000);
  const age = node.age_ms + Math.max(0, now - seen);
  const facts: readonly (readonly [string, string])[] = [
    [t("nodes.beat"), t("nodes.ago", { time: formatSince(age) })],
    [t("nodes.up"), wholeSeconds(node.ts + age - node.started_ms)],
    [t("node.id"), node.node_id],
    [t("nodes.host"), `${node.host}, ${t("nodes.pid", { pid: node.pid })}`],
    [t("nodes.region"), node.region],
    [t("nodes.role"), node.role],
    [t("nodes.version"), node.version],
    [t("node.toolset"), node.toolset.join(", ")],
  ];
  return (
    <section>
      <h2 className={classes.heading}>{t("node.details")}</h2>
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function wholeSeconds(ms: number): string {
  return ms < 60_000 ? formatSince(ms) : formatDuration(ms);
}
