import { IconArrowRightCircle, IconGitFork } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { shortRunId } from "@/ui/RunId";
import type { RunDetail } from "@/wire/types";
import classes from "./RunFacts.module.css";
import type { Trace } from "./useTrace";

/** Which run this one was made from, and which were made from it. */
export function Kinship({ run, trace: { view } }: { run: RunDetail; trace: Trace }) {
  const { t } = useTranslation("trace");
  const origin = view.origin ?? run.origin;
  const next = view.nextRun;
  const made = (run.children ?? []).filter(({ id }) => id !== next);
  const latest = made[0];
  return (
    <>
      {origin && (
        <Link
          to={`/runs/${origin.run_id}`}
          className={classes.kin}
          title={[origin.reason, ...(origin.edited ?? [])].filter(Boolean).join("\n") || undefined}
        >
          <IconGitFork size={14} aria-hidden />
          {t(`origin.${origin.kind}`, { run: shortRunId(origin.run_id), count: origin.edited?.length ?? 0 })}
        </Link>
      )}
      {next && (
        <Link to={`/runs/${next}`} className={classes.kin}>
          <IconArrowRightCircle size={14} aria-hidden />
          {t("origin.next", { run: shortRunId(next) })}
        </Link>
      )}
      {latest && (
        <Link
          to={made.length === 1 ? `/runs/${latest.id}` : `/runs?origin=${run.id}`}
          className={classes.kin}
        >
          <IconGitFork size={14} aria-hidden />
          {t("origin.children", { count: made.length })}
        </Link>
      )}
    </>
  );
}
