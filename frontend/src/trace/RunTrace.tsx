import { useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Group, Panel, Separator } from "react-resizable-panels";
import { useAgentsLoaded } from "@/canvas/useAgentsLoaded";
import type { RunDetail } from "@/wire/types";
import { StepPanel } from "./panel/StepPanel";
import classes from "./RunTrace.module.css";
import { useRunClock } from "./useRunClock";
import type { Trace } from "./useTrace";
import { Waterfall } from "./waterfall/Waterfall";

interface Props {
  run: RunDetail;
  trace: Trace;
  selected: string | null;
  onSelect(key: string | null): void;
  /** A step chosen elsewhere whose inner steps are to be seen, too. */
  shown?: string | null;
  /** Stands above the waterfall, in the same column: the canvas on the run's own page. */
  above?: ReactNode;
  compact?: boolean;
  extra?: ReactNode;
}

const NARROW = "(width < 760px)";

/** The waterfall and, beside it (below it where there is no room), everything about the selected step. */
export function RunTrace({
  run,
  trace,
  selected,
  onSelect,
  shown = null,
  above,
  compact = false,
  extra,
}: Props) {
  const { t } = useTranslation("trace");
  const now = useRunClock(trace);
  useAgentsLoaded();
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const panel = useRef<HTMLDivElement>(null);
  const waterfall = (
    <Waterfall
      view={trace.view}
      revision={trace.revision}
      now={now}
      selected={selected}
      shown={shown}
      onSelect={onSelect}
      onOpen={() => panel.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus()}
      compact={compact}
      extra={extra}
    />
  );
  return (
    <Group className={classes.group} orientation={narrow ? "vertical" : "horizontal"}>
      <Panel minSize="35%">
        {above ? (
          <Group className={classes.group} orientation="vertical">
            <Panel defaultSize="46%" minSize="15%">
              {above}
            </Panel>
            <Separator className={classes.flat} aria-label={t("run.resize")} />
            <Panel minSize="20%">{waterfall}</Panel>
          </Group>
        ) : (
          waterfall
        )}
      </Panel>
      <Separator className={narrow ? classes.flat : classes.upright} aria-label={t("run.resize")} />
      <Panel defaultSize={compact ? "34%" : "36%"} minSize={narrow ? "20%" : 280}>
        <div ref={panel} className={classes.side}>
          <StepPanel
            run={run}
            view={trace.view}
            revision={trace.revision}
            now={now}
            selected={selected}
            onSelect={onSelect}
          />
        </div>
      </Panel>
    </Group>
  );
}
