import {
  IconAlertCircle,
  IconArrowBackUp,
  IconArrowRightCircle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconHandStop,
  IconHourglass,
  IconLoader2,
  IconPlayerPause,
  IconPlayerSkipForward,
  IconRefresh,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RunStatus, StepStatus } from "@/graph/runTypes";
import classes from "./StatusMark.module.css";

export type Status = RunStatus | StepStatus;

type Look = { icon: TablerIcon; colour: string; spins?: boolean };

const LOOKS: Readonly<Record<Status, Look>> = {
  pending: { icon: IconCircleDashed, colour: "waiting" },
  queued: { icon: IconClock, colour: "queued" },
  running: { icon: IconLoader2, colour: "running", spins: true },
  waiting: { icon: IconHourglass, colour: "queued" },
  paused: { icon: IconPlayerPause, colour: "paused" },
  retrying: { icon: IconRefresh, colour: "retrying" },
  completed: { icon: IconCircleCheck, colour: "done" },
  failed: { icon: IconAlertCircle, colour: "failed" },
  skipped: { icon: IconPlayerSkipForward, colour: "skipped" },
  cancelling: { icon: IconLoader2, colour: "cancelled", spins: true },
  cancelled: { icon: IconBan, colour: "cancelled" },
  compensating: { icon: IconArrowBackUp, colour: "compensated" },
  compensated: { icon: IconArrowBackUp, colour: "compensated" },
  terminated: { icon: IconHandStop, colour: "failed" },
  continued: { icon: IconArrowRightCircle, colour: "skipped" },
};

/** The colour of a status, as a CSS value. */
export function statusColour(status: Status): string {
  return `var(--ac-status-${LOOKS[status].colour})`;
}

/** A status' icon, for where its word stands elsewhere or there is no room: the word is its label. */
export function StatusIcon({ status, size = 15 }: { status: Status; size?: number }) {
  const { t } = useTranslation();
  const { icon: Icon, spins } = LOOKS[status];
  return (
    <Icon
      size={size}
      stroke={2}
      className={spins ? classes.spins : undefined}
      color={statusColour(status)}
      role="img"
      aria-label={t(`status.${status}`)}
    />
  );
}

/**
 * An icon and a word for a status: never colour alone. The word is a new element with each status: Chromium goes on
 * showing the old one of a text that changes on the canvas while its step is laid out.
 */
export function StatusMark({ status, size = 15 }: { status: Status; size?: number }) {
  const { t } = useTranslation();
  const { icon: Icon, spins } = LOOKS[status];
  return (
    <span className={classes.mark} style={{ color: statusColour(status) }} data-status={status}>
      <Icon size={size} stroke={2} className={spins ? classes.spins : undefined} aria-hidden />
      <span key={status}>{t(`status.${status}`)}</span>
    </span>
  );
}
