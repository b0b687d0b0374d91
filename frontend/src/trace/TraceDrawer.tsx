import { ActionIcon, Tooltip } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { topNodeOf } from "@/graph/runKeys";
import type { RunOverlay } from "@/graph/runTypes";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useRun } from "@/wire/queries";
import type { RunDetail } from "@/wire/types";
import { ConnectionMark } from "./ConnectionMark";
import { stepOfNode } from "./labels";
import classes from "./RunPage.module.css";
import { RunTrace } from "./RunTrace";
import { useRunClock } from "./useRunClock";
import { useTrace } from "./useTrace";
import { WhyPanel } from "./WhyPanel";

interface Props {
  runId: string;
  /** Called with each node's state whenever it changes, and with null when the drawer closes. */
  onOverlay(overlay: RunOverlay | null): void;
  selectedNode: string | null;
  onSelectNode(node: string | null): void;
}

/** A run below the designer's canvas. Fills its parent. */
export function TraceDrawer(props: Props) {
  const run = useRun(props.runId);
  if (run.data) return <OpenDrawer key={run.data.id} run={run.data} {...props} />;
  return run.error ? <ErrorState error={run.error} onRetry={() => void run.refetch()} /> : <PageSkeleton />;
}

function OpenDrawer({ run, onOverlay, selectedNode, onSelectNode }: Props & { run: RunDetail }) {
  const { t } = useTranslation("trace");
  const trace = useTrace(run);
  const [step, setStep] = useState<string | null>(null);
  const { overlay } = trace.view;
  useEffect(() => onOverlay(overlay), [overlay, onOverlay]);
  useEffect(() => () => onOverlay(null), [onOverlay]);
  const stepNode = step && topNodeOf(step);
  const selected = stepNode === selectedNode ? step : selectedNode && stepOfNode(trace.view, selectedNode);
  const onSelect = (key: string | null) => {
    setStep(key);
    onSelectNode(key && topNodeOf(key));
  };
  const now = useRunClock(trace);
  return (
    <div className={classes.drawer}>
      <WhyPanel run={run} trace={trace} now={now} onSelect={onSelect} />
      <div className={classes.body}>
        <RunTrace
          run={run}
          trace={trace}
          selected={selected}
          onSelect={onSelect}
          compact
          extra={
            <>
              <ConnectionMark connection={trace.connection} onRetry={trace.reconnect} />
              <Tooltip label={t("run.openPage")}>
                <ActionIcon
                  component={Link}
                  to={`/runs/${run.id}${selected ? `?step=${encodeURIComponent(selected)}` : ""}`}
                  target="_blank"
                  aria-label={t("run.openPage")}
                >
                  <IconExternalLink size={16} />
                </ActionIcon>
              </Tooltip>
            </>
          }
        />
      </div>
    </div>
  );
}
