import { VisuallyHidden } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isRestarting } from "@/instances/rows";
import type { HostedInstance } from "@/wire/types";
import { useFlow } from "./flow";
import { inOrder } from "./grouping";
import classes from "./InstanceTiles.module.css";

const keyOf = ({ instance }: HostedInstance) => instance;

interface Props {
  instances: readonly HostedInstance[];
  /** How many at most; the rest stands behind a link to `more`. */
  most?: number;
  more?: string;
}

/** The instances on a node as small tiles; they come and go without moving the others about. */
export function InstanceTiles({ instances, most = Number.POSITIVE_INFINITY, more }: Props) {
  const { t } = useTranslation("registry");
  const all = useMemo(() => inOrder(instances), [instances]);
  const shown = useMemo(() => (all.length > most ? all.slice(0, most - 1) : all), [all, most]);
  const tiles = useFlow(shown, keyOf);
  if (tiles.length === 0) return <p className={classes.none}>{t("nodes.noInstances")}</p>;
  return (
    <ul className={classes.tiles} aria-label={t("nodes.instances", { count: all.length })}>
      {tiles.map(({ key, item, phase }) => (
        <li key={key} data-phase={phase}>
          <Tile instance={item} />
        </li>
      ))}
      {more && shown.length < all.length && (
        <li>
          <Link to={more} className={classes.more}>
            {t("nodes.moreInstances", { count: all.length - shown.length })}
          </Link>
        </li>
      )}
    </ul>
  );
}

function Tile({ instance }: { instance: HostedInstance }) {
  const { t } = useTranslation(["registry", "instances"]);
  const { name, version, in_flight, concurrency, state = "Running", process = null } = instance;
  const restarting = isRestarting({ state, process });
  const standing = restarting ? t("instances:slot.restarting") : t(`instance.state.${state}`);
  const busy = in_flight > 0;
  const words = [
    `${name}@${version}`,
    standing,
    t("instance.inFlight", { busy: in_flight, max: concurrency }),
  ];
  return (
    <Link
      to={`/agents/${encodeURIComponent(name)}`}
      className={classes.tile}
      data-state={restarting ? "Restarting" : state}
      data-busy={busy || undefined}
      title={`${words.join("\n")}\n${instance.instance}`}
    >
      <span className={classes.dot} aria-hidden />
      <span className={classes.name}>
        {name}
        <VisuallyHidden component="span">{`@${version}, ${standing}`}</VisuallyHidden>
      </span>
      <span className={classes.count}>
        {state === "Running" && !restarting ? `${in_flight}/${concurrency}` : standing}
      </span>
    </Link>
  );
}
