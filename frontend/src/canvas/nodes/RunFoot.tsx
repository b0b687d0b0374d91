import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeOverlay } from "@/graph/runTypes";
import { serverWords } from "@/i18n/serverWords";
import { formatDuration, formatTicking } from "@/ui/duration";
import { StatusMark } from "@/ui/StatusMark";
import classes from "./RunFoot.module.css";

/** How the step stands in the run: status in icon and word, attempt, iterations, time. A container has it in its head, clear of the steps inside. */
export function RunFoot({ overlay, inHead = false }: { overlay: NodeOverlay; inHead?: boolean }) {
  const { t, i18n } = useTranslation("canvas");
  const { message } = overlay;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the language
  const why = useMemo(() => message && serverWords("", message), [message, i18n.language]);
  return (
    <div className={classes.foot} data-in-head={inHead || undefined} title={why || undefined}>
      <StatusMark status={overlay.status} size={14} />
      <span className={classes.gap} />
      {overlay.total > 1 && <span>{t("run.iterations", { done: overlay.done, total: overlay.total })}</span>}
      {overlay.attempt > 1 && <span>{t("run.attempt", { attempt: overlay.attempt })}</span>}
      {overlay.startedAt !== null && <Elapsed from={overlay.startedAt} to={overlay.endedAt} />}
    </div>
  );
}

function Elapsed({ from, to }: { from: number; to: number | null }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (to !== null) return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [to]);
  const text = to === null ? formatTicking(Math.max(0, now - from)) : formatDuration(to - from);
  return <span className={`${classes.time} mono`}>{text}</span>;
}
