import { Skeleton } from "@mantine/core";
import {
  IconAlertCircle,
  IconMailX,
  IconServerOff,
  IconUserCheck,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { queryOf, readFilters } from "@/runs/filters";
import { useNow } from "@/ui/useNow";
import { useDeadLetterSummary } from "@/wire/deadLetters";
import { useApprovals, useNodes, useRuns } from "@/wire/queries";
import classes from "./Attention.module.css";
import { type Concern, concernsOf } from "./attention";

const ICONS: Readonly<Record<Concern["key"], TablerIcon>> = {
  failed: IconAlertCircle,
  approvals: IconUserCheck,
  deadLetters: IconMailX,
  nodes: IconServerOff,
};

const FAILED = readFilters(new URLSearchParams("status=failed&range=day"));
const MOST = 100;

/** What may need a person, each with the way there; quiet where it is nothing. */
export function Attention() {
  const { t } = useTranslation("home");
  const now = useNow(true, 60_000);
  const runs = useRuns({ ...queryOf(FAILED, now), limit: MOST });
  const approvals = useApprovals();
  const letters = useDeadLetterSummary();
  const nodes = useNodes();
  const newest = runs.data?.pages[0];
  const concerns = concernsOf({
    failed: newest && { count: newest.results.length, more: newest.next !== null },
    approvals: approvals.data?.length,
    deadLetters: letters.data,
    nodes: nodes.data?.live ? nodes.data.nodes : undefined,
  });
  const pending = runs.isPending || approvals.isPending || letters.isPending || nodes.isPending;
  if (pending) return <Skeleton height={66} radius={10} />;
  return (
    <nav className={classes.row} aria-label={t("attention.label")}>
      {concerns.map((concern) => (
        <Tile key={concern.key} concern={concern} />
      ))}
    </nav>
  );
}

function Tile({ concern: { key, count, more, to } }: { concern: Concern }) {
  const { t, i18n } = useTranslation("home");
  const Icon = ICONS[key];
  return (
    <Link to={to} className={classes.tile} data-kind={key} data-some={count > 0 || undefined}>
      <Icon size={18} stroke={1.7} aria-hidden />
      <span className={classes.count}>
        {count.toLocaleString(i18n.language)}
        {more && "+"}
      </span>
      <span className={classes.words}>{t(`attention.${key}`, { count })}</span>
    </Link>
  );
}
