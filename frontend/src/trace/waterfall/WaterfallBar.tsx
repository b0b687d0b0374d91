import { ActionIcon, Button, Checkbox, Menu, TextInput, Tooltip } from "@mantine/core";
import {
  IconArrowAutofitWidth,
  IconFilter,
  IconFocusCentered,
  IconFoldDown,
  IconFoldUp,
  IconPlayerTrackNext,
  IconSearch,
  IconX,
  IconZoomIn,
  IconZoomOut,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isTerminal, type RunView } from "@/graph/run";
import { STEP_STATUSES, type StepStatus } from "@/graph/runTypes";
import { StatusMark } from "@/ui/StatusMark";
import { isFiltering, NO_FILTER } from "./rows";
import type { Axis } from "./useAxis";
import type { Tree } from "./useTree";
import classes from "./WaterfallBar.module.css";

interface Props {
  view: RunView;
  tree: Tree;
  axis: Axis;
  onZoom: (() => void) | null;
  extra?: ReactNode;
}

const CONTAINERS: ReadonlySet<string> = new Set(["map", "loop", "workflow", "plan"]);

/** Above the waterfall: what is shown of the steps, and of their time. */
export function WaterfallBar({ view, tree, axis, onZoom, extra }: Props) {
  const { t } = useTranslation("trace");
  const { filter, setFilter } = tree;
  const hasMaps = [...view.structure.nodes.values()].some((node) => CONTAINERS.has(node.kind));
  return (
    <div className={classes.bar}>
      <TextInput
        className={classes.search}
        value={filter.text}
        onChange={(event) => setFilter({ ...filter, text: event.currentTarget.value })}
        placeholder={t("waterfall.filter")}
        aria-label={t("waterfall.filter")}
        leftSection={<IconSearch size={14} />}
      />
      <StatusFilter tree={tree} view={view} />
      {isFiltering(filter) && (
        <>
          <span className={classes.count}>{t("waterfall.shown", { count: tree.rows.length })}</span>
          <Tool icon={IconX} label={t("waterfall.clear")} onClick={() => setFilter(NO_FILTER)} />
        </>
      )}
      <span className={classes.gap} />
      {extra}
      {hasMaps && (
        <>
          <Tool icon={IconFoldDown} label={t("waterfall.expandAll")} onClick={() => tree.setAll(true)} />
          <Tool icon={IconFoldUp} label={t("waterfall.collapseAll")} onClick={() => tree.setAll(false)} />
        </>
      )}
      <Tool icon={IconZoomIn} label={t("waterfall.zoomIn")} onClick={() => axis.zoomBy(0.5)} />
      <Tool icon={IconZoomOut} label={t("waterfall.zoomOut")} onClick={() => axis.zoomBy(2)} />
      <Tool icon={IconFocusCentered} label={t("waterfall.zoomTo")} onClick={onZoom} />
      <Fit axis={axis} live={!isTerminal(view.status)} />
    </div>
  );
}

/** While the run goes on, showing all of it means following it. */
function Fit({ axis, live }: { axis: Axis; live: boolean }) {
  const { t } = useTranslation("trace");
  if (!live) {
    return (
      <Tool
        icon={IconArrowAutofitWidth}
        label={t("waterfall.fit")}
        onClick={axis.following ? null : axis.fit}
      />
    );
  }
  return (
    <Tooltip label={t("waterfall.followHint")}>
      <Button
        size="compact-xs"
        variant={axis.following ? "light" : "default"}
        leftSection={<IconPlayerTrackNext size={14} />}
        aria-pressed={axis.following}
        onClick={axis.fit}
      >
        {t("waterfall.follow")}
      </Button>
    </Tooltip>
  );
}

function StatusFilter({ tree, view }: { tree: Tree; view: RunView }) {
  const { t } = useTranslation("trace");
  const { filter, setFilter } = tree;
  const counts = new Map<StepStatus, number>();
  for (const tally of view.tallies.values())
    for (const [status, count] of tally.counts) counts.set(status, (counts.get(status) ?? 0) + count);
  const toggle = (status: StepStatus) => {
    const statuses = new Set(filter.statuses);
    if (!statuses.delete(status)) statuses.add(status);
    setFilter({ ...filter, statuses });
  };
  return (
    <Menu closeOnItemClick={false} position="bottom-start">
      <Menu.Target>
        <Button
          size="xs"
          variant={filter.statuses.size > 0 ? "light" : "default"}
          leftSection={<IconFilter size={14} />}
        >
          {t("waterfall.statuses")}
          {filter.statuses.size > 0 && ` · ${filter.statuses.size}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {STEP_STATUSES.map((status) => (
          <Menu.Item
            key={status}
            role="menuitemcheckbox"
            aria-checked={filter.statuses.has(status)}
            onClick={() => toggle(status)}
            leftSection={
              <Checkbox checked={filter.statuses.has(status)} readOnly tabIndex={-1} aria-hidden />
            }
            rightSection={<span className={classes.tally}>{counts.get(status) ?? 0}</span>}
          >
            <StatusMark status={status} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Tool({
  icon: Icon,
  label,
  onClick,
}: {
  icon: TablerIcon;
  label: string;
  onClick: (() => void) | null;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} disabled={!onClick} onClick={() => onClick?.()} size="md">
        <Icon size={16} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
