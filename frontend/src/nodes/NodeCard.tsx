import { Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockExclamation,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { formatDuration, formatSince } from "@/trace/duration";
import type { ClusterNode } from "@/wire/types";
import { LoadBar } from "./LoadBar";
import classes from "./NodesPage.module.css";

const LOOKS: Readonly<Record<ClusterNode["status"], TablerIcon>> = {
  active: IconCircleCheck,
  unreachable: IconClockExclamation,
  failed: IconAlertTriangle,
};

/** A node; `seen` is when the list was read and `now` the moment, both on the browser's clock. */
export function NodeCard({ node, seen, now }: { node: ClusterNode; seen: number; now: number }) {
  const { t } = useTranslation("registry");
  const Icon = LOOKS[node.status];
  const age = node.age_ms + Math.max(0, now - seen);
  return (
    <article className={classes.card} data-status={node.status}>
      <header className={classes.head}>
        <div className={classes.names}>
          <h2>{node.name}</h2>
          <code>{node.node_id}</code>
        </div>
        <Tooltip label={t(`nodes.hint.${node.status}`)}>
          <span className={classes.status}>
            <Icon size={15} aria-hidden /> {t(`nodes.status.${node.status}`)}
          </span>
        </Tooltip>
      </header>
      <LoadBar share={node.load / 100} label={t("nodes.load")} value={`${Math.round(node.load)} %`} />
      <LoadBar
        share={node.slots.busy / Math.max(1, node.slots.max)}
        label={t("nodes.slots")}
        value={t("nodes.slotsOf", node.slots)}
      />
      <dl className={classes.facts}>
        <Fact name={t("nodes.beat")} value={t("nodes.ago", { time: wholeSeconds(age) })} />
        <Fact name={t("nodes.up")} value={wholeSeconds(node.ts + age - node.started_ms)} />
        <Fact name={t("nodes.host")} value={`${node.host}, ${t("nodes.pid", { pid: node.pid })}`} />
        <Fact name={t("nodes.region")} value={node.region} />
        <Fact name={t("nodes.role")} value={node.role} />
        <Fact name={t("nodes.version")} value={node.version} />
      </dl>
      <Hosted node={node} />
    </article>
  );
}

function wholeSeconds(ms: number): string {
  return ms < 60_000 ? formatSince(Math.max(0, Math.round(ms / 1000)) * 1000) : formatDuration(ms);
}

function Fact({ name, value }: { name: string; value: string }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Hosted({ node }: { node: ClusterNode }) {
  const { t } = useTranslation("registry");
  return (
    <section>
      <h3 className={classes.heading}>{t("nodes.agents", { count: node.agents.length })}</h3>
      <ul className={classes.agents}>
        {node.agents.map(({ name, version, instance, in_flight, concurrency }) => (
          <li key={instance}>
            <Link to={`/agents/${encodeURIComponent(name)}`} title={instance}>
              {name}
              <span>@{version}</span>
            </Link>
            <span className={classes.count} data-busy={in_flight > 0 || undefined}>
              {t("nodes.slotsOf", { busy: in_flight, max: concurrency })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
