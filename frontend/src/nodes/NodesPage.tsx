import { Button, Code } from "@mantine/core";
import { IconFilterOff, IconServer2 } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { useNodes } from "@/wire/queries";
import { countHealth, filtered, HEALTHS, NODE_FILTERS } from "./grouping";
import { NodeFilterBar } from "./NodeFilterBar";
import { NodeMap } from "./NodeMap";
import classes from "./NodesPage.module.css";
import { NodeTable } from "./NodeTable";

const COMMAND = "agent-coordinator init --name my-node";
const VIEW = ["view"] as const;

/** Every host of agents, as it stands this second: as a map or as a list. */
export default function NodesPage() {
  const { t } = useTranslation("registry");
  const nodes = useNodes();
  const filter = useUrlFilters(NODE_FILTERS);
  const shape = useUrlFilters(VIEW);
  const view = shape.filters.view === "list" ? "list" : "map";
  const all = nodes.data?.nodes ?? [];
  const { region, role, agent, health, search } = filter.filters;
  const shown = useMemo(
    () => filtered(all, { region, role, agent, health, search }),
    [all, region, role, agent, health, search],
  );
  return (
    <div className={classes.page}>
      <PageHeader
        crumbs={[{ label: t("nodes.title") }]}
        status={nodes.data?.live && <Counts nodes={all} />}
      />
      {all.length > 0 && (
        <NodeFilterBar
          nodes={all}
          {...filter}
          view={view}
          onView={(next) => shape.set({ view: next === "map" ? null : next })}
        />
      )}
      {nodes.isPending && <PageSkeleton />}
      {nodes.error && !nodes.data && <ErrorState error={nodes.error} onRetry={() => void nodes.refetch()} />}
      {nodes.data && !nodes.data.live && (
        <p className={classes.unknown} role="alert">
          {t("nodes.unknown", { detail: serverWords("", nodes.data.detail) })}
        </p>
      )}
      {nodes.data?.live && all.length === 0 && (
        <EmptyState
          icon={<IconServer2 size={24} stroke={1.6} />}
          title={t("nodes.empty.title")}
          text={t("nodes.empty.text")}
          action={<Code block>{COMMAND}</Code>}
        />
      )}
      {all.length > 0 && shown.length === 0 && (
        <EmptyState
          icon={<IconFilterOff size={24} stroke={1.6} />}
          title={t("nodes.noMatch.title")}
          text={t("nodes.noMatch.text")}
          action={
            <Button variant="default" onClick={filter.clear}>
              {t("nodes.noMatch.action")}
            </Button>
          }
        />
      )}
      {shown.length > 0 && (view === "map" ? <NodeMap nodes={shown} /> : <NodeTable nodes={shown} />)}
    </div>
  );
}

/** How many there are, and how many of them are in trouble. */
function Counts({ nodes }: { nodes: Parameters<typeof countHealth>[0] }) {
  const { t } = useTranslation("registry");
  const counts = countHealth(nodes);
  const troubled = HEALTHS.filter((health) => health !== "active" && counts[health] > 0);
  return (
    <span className={classes.counts} role="status">
      {[
        t("nodes.count", { count: nodes.length }),
        ...troubled.map((health) => t(`nodes.countOf.${health}`, { count: counts[health] })),
      ].join(" · ")}
    </span>
  );
}
