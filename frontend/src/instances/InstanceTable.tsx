import { Tooltip } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { memoryText } from "@/nodes/NodeFacts";
import { formatSince } from "@/ui/duration";
import type { InstanceCommand } from "@/wire/cluster";
import { InstanceDialog } from "./InstanceDialog";
import { InstanceMenu } from "./InstanceMenu";
import classes from "./InstanceTable.module.css";
import { LogDrawer } from "./LogDrawer";
import { type InstanceRow, isRestarting } from "./rows";

interface Props {
  rows: readonly InstanceRow[];
  label: string;
  /** What every row would say alike is left out: the node on a node's page, the agent on an agent's. */
  on: "node" | "agent";
}

type Asked = { row: InstanceRow; what: "logs" | InstanceCommand };

/** Instances with their state and load, their log, and what can be done with each. */
export function InstanceTable({ rows, label, on }: Props) {
  const { t } = useTranslation("instances");
  const [asked, setAsked] = useState<Asked | null>(null);
  const loaded = rows.some(({ load }) => load !== null);
  const sandboxed = rows.some(({ process }) => process !== null);
  return (
    <div className={classes.scroller}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t("column.instance")}</th>
            <th scope="col">{t(on === "node" ? "column.agent" : "column.version")}</th>
            {on === "agent" && <th scope="col">{t("column.node")}</th>}
            <th scope="col">{t("column.state")}</th>
            <th scope="col" data-number>
              {t("column.inFlight")}
            </th>
            {sandboxed && <Heads names={PROCESS_HEADS} />}
            {loaded && <Heads names={LOAD_HEADS} />}
            <th scope="col">
              <span className={classes.hidden}>{t("column.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.instance}
              row={row}
              on={on}
              loaded={loaded}
              sandboxed={sandboxed}
              onAsk={(what) => setAsked({ row, what })}
            />
          ))}
        </tbody>
      </table>
      {asked?.what === "logs" && (
        <LogDrawer
          instance={asked.row.instance}
          title={`${asked.row.agent}@${asked.row.version}`}
          onClose={() => setAsked(null)}
        />
      )}
      {asked && asked.what !== "logs" && (
        <InstanceDialog row={asked.row} command={asked.what} onClose={() => setAsked(null)} />
      )}
    </div>
  );
}

const LOAD_HEADS = ["pending", "idle", "score"] as const;
const PROCESS_HEADS = ["memory", "tasks", "restarts"] as const;

function Heads({ names }: { names: typeof LOAD_HEADS | typeof PROCESS_HEADS }) {
  const { t } = useTranslation("instances");
  return (
    <>
      {names.map((name) => (
        <Tooltip key={name} label={t(`hint.${name}`)} multiline maw={300}>
          <th scope="col" data-number>
            {t(`column.${name}`)}
          </th>
        </Tooltip>
      ))}
    </>
  );
}

interface RowProps {
  row: InstanceRow;
  on: "node" | "agent";
  loaded: boolean;
  sandboxed: boolean;
  onAsk(what: Asked["what"]): void;
}

function Row({ row, on, loaded, sandboxed, onAsk }: RowProps) {
  const { t } = useTranslation("instances");
  const { agent, version, instance, process } = row;
  return (
    <tr>
      <td>
        <code className={classes.instance} title={instance}>
          {instance}
        </code>
        {row.trouble && <p className={classes.trouble}>{serverWords("", row.trouble)}</p>}
        {process?.reason && (
          <p className={classes.trouble} data-past={process.ready || undefined}>
            {t("lastEnd", { reason: serverWords("@value", process.reason) })}
          </p>
        )}
      </td>
      <td>
        {on === "node" ? (
          <Link to={`/agents/${encodeURIComponent(agent)}`}>
            {agent}@{version}
          </Link>
        ) : (
          version
        )}
      </td>
      {on === "agent" && (
        <td>
          <Link to={`/nodes/${encodeURIComponent(row.nodeId)}`}>{row.node}</Link>
        </td>
      )}
      <td>
        <State row={row} />
      </td>
      <td data-number data-busy={row.inFlight > 0 || undefined}>
        {row.concurrency > 0 ? `${row.inFlight}/${row.concurrency}` : "–"}
      </td>
      {sandboxed && <Process process={process} />}
      {loaded && <Load load={row.load} />}
      <td className={classes.actions}>
        <InstanceMenu row={row} onAsk={onAsk} />
      </td>
    </tr>
  );
}

function State({ row }: { row: InstanceRow }) {
  const { t } = useTranslation(["instances", "registry"]);
  const { state, nodeHealth, trouble, load, slot } = row;
  if (trouble) return <Mark tone="red" words={t("troubled")} />;
  if (nodeHealth !== "active") {
    const words = t(`onNode.${nodeHealth}`);
    return <Mark tone={nodeHealth === "failed" ? "red" : "amber"} words={words} />;
  }
  if (isRestarting(row)) return <Mark tone="red" words={t("slot.restarting")} hint={t("hint.restarting")} />;
  if (slot === "starting" || slot === "leaving" || slot === "lost")
    return <Mark tone={slot === "lost" ? "red" : "amber"} words={t(`slot.${slot}`)} />;
  if (load?.stale) return <Mark tone="amber" words={t("stale")} hint={t("hint.stale")} />;
  const tone = state === "Running" ? "green" : state === "Stopping" ? "amber" : "grey";
  return <Mark tone={tone} words={t(`registry:instance.state.${state}`)} />;
}

function Mark({ tone, words, hint }: { tone: string; words: string; hint?: string }) {
  return (
    <span className={classes.state} data-tone={tone} title={hint}>
      {words}
    </span>
  );
}

function Process({ process }: { process: InstanceRow["process"] }) {
  return (
    <>
      <td data-number>{process?.ready ? memoryText(Math.round(process.memory_mib)) : "–"}</td>
      <td data-number>{process?.ready ? process.tasks : "–"}</td>
      <td data-number>{process ? process.restarts : "–"}</td>
    </>
  );
}

function Load({ load }: { load: InstanceRow["load"] }) {
  return (
    <>
      <td data-number>{load ? load.pending : "–"}</td>
      <td data-number>
        {load?.idleMs === null || load?.idleMs === undefined ? "–" : formatSince(load.idleMs)}
      </td>
      <td data-number>{load ? load.score.toFixed(2) : "–"}</td>
    </>
  );
}
