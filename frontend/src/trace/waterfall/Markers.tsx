import { Tooltip } from "@mantine/core";
import {
  IconAlarm,
  IconArrowBackUp,
  IconArrowRightCircle,
  IconBan,
  IconBellRinging,
  IconCheck,
  IconClock,
  IconExclamationCircle,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefreshDot,
  IconX,
  type TablerIcon,
} from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Marker, RunView } from "@/graph/runTypes";
import { serverWords } from "@/i18n/serverWords";
import { formatClock } from "@/ui/duration";
import { stepLabel } from "../labels";
import classes from "./Markers.module.css";
import { groupMarks, type MarkGroup } from "./marks";
import { type Span, shareAt } from "./timeline";

const LOOKS: Readonly<Record<Marker["kind"], { icon: TablerIcon; tone: string }>> = {
  paused: { icon: IconPlayerPause, tone: "violet" },
  resumed: { icon: IconPlayerPlay, tone: "violet" },
  cancel: { icon: IconBan, tone: "grey" },
  terminated: { icon: IconPlayerStop, tone: "red" },
  signal: { icon: IconBellRinging, tone: "blue" },
  approved: { icon: IconCheck, tone: "green" },
  rejected: { icon: IconX, tone: "red" },
  refused: { icon: IconExclamationCircle, tone: "red" },
  takenOver: { icon: IconRefreshDot, tone: "grey" },
  queued: { icon: IconClock, tone: "violet" },
  admitted: { icon: IconPlayerPlay, tone: "violet" },
  compensation: { icon: IconArrowBackUp, tone: "amber" },
  overdue: { icon: IconAlarm, tone: "red" },
  continued: { icon: IconArrowRightCircle, tone: "grey" },
};

const APART_PX = 18;
const SHOWN = 6;

/** On the time axis: what was asked of the run, by whom and why. */
export function Markers({ view, span, width }: { view: RunView; span: Span; width: number }) {
  if (width === 0 || view.markers.length === 0) return null;
  return (
    <div className={classes.strip}>
      {groupMarks(view.markers, span, APART_PX / width).map((group) => (
        <Mark key={group.marks[0]?.seq} view={view} group={group} />
      ))}
    </div>
  );
}

function Mark({ view, group: { share, marks } }: { view: RunView; group: MarkGroup }) {
  const { t, i18n } = useTranslation("trace");
  const last = marks.at(-1);
  if (!last) return null;
  const { icon: Icon, tone } = LOOKS[last.kind];
  const lines = marks
    .slice(-SHOWN)
    .map((mark) => `${formatClock(mark.at, i18n.language)}  ${markWords(view, mark, t)}`);
  if (marks.length > SHOWN) lines.unshift(t("mark.more", { count: marks.length - SHOWN }));
  const label = lines.join("\n");
  return (
    <Tooltip label={label} multiline maw={420} className={classes.words ?? ""}>
      <span
        className={classes.mark}
        data-tone={tone}
        style={{ left: `${share * 100}%` }}
        role="img"
        aria-label={label}
      >
        {marks.length > 1 ? <b>{marks.length}</b> : <Icon size={12} stroke={2.2} aria-hidden />}
      </span>
    </Tooltip>
  );
}

/** One sentence: what was done, by whom, and why. */
export function markWords(view: RunView, marker: Marker, t: TFunction<"trace">): string {
  const { kind, by, text } = marker;
  const key = isOfRun(marker) ? "runOverdue" : kind;
  const what = t(`mark.${key}`, {
    about: aboutWords(view, marker, t),
    count: kind === "compensation" ? Number(marker.about) : 1,
  });
  const said = by ? `${what} ${t("mark.by", { name: by })}` : what;
  const why = isSaidBySystem(marker) ? text && serverWords("", text) : text;
  return why ? t("mark.because", { what: said, why }) : said;
}

/** The run itself has reached a limit, not one of its steps. */
function isOfRun({ kind, about }: Marker): boolean {
  return kind === "overdue" && about === "";
}

/** What people write stays as it is. */
function isSaidBySystem({ kind, by }: Marker): boolean {
  return kind === "refused" || kind === "overdue" || by === "";
}

/** The step, the command, or what else it is about. */
function aboutWords(view: RunView, { kind, about }: Marker, t: TFunction<"trace">): string {
  if (kind === "refused") return t(`mark.command.${about}`, { defaultValue: about });
  const isStep = about !== "" && (kind === "approved" || kind === "rejected" || kind === "overdue");
  return isStep ? stepLabel(view, about, t) : about;
}

/** The times at which the run was paused, behind the bars. */
export function PauseBands({ view, span, now }: { view: RunView; span: Span; now: number }) {
  return view.pauses.map(({ from, to }) => {
    const left = Math.max(0, shareAt(span, from));
    const right = Math.min(1, shareAt(span, to ?? now));
    if (right <= left) return null;
    return (
      <div
        key={from}
        className={classes.band}
        style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
      />
    );
  });
}
