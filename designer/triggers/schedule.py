"""When a schedule is due: pure arithmetic over cron expressions, intervals and time zones."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cronsim import CronSim, CronSimError

MOST: Final = 100
"""So many missed moments are made up for at most."""
GRACE: Final = dt.timedelta(seconds=60)
"""A moment this late is still on time: it starts a run whatever the policy says about missed ones."""
FOLD: Final = dt.timedelta(hours=3)
"""More than any clock is ever set back by at once."""
_NO_SUCH_ZONE: Final = "is no time zone; use a name such as Europe/Berlin, or UTC"


class ScheduleError(ValueError):
    """A schedule that cannot be; ``field`` is the setting to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Take the setting's name and what is wrong with it."""
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True)
class Due:
    """What is due at a moment, oldest first: ``start`` these, ``skip`` so many (``more``: and others before them)."""

    start: tuple[dt.datetime, ...] = ()
    skipped: int = 0
    more: bool = False
    upto: dt.datetime | None = None


class Schedule:
    """Moments by a cron expression in a time zone, or at a fixed interval.

    Daylight saving, as Debian's cron has it: a fixed time of day that does not exist (spring) is due right after the
    gap; one that comes twice (autumn) is due once, the first time. Expressions whose minute or hour begins with ``*``,
    and intervals, go by elapsed time.
    """

    def __init__(self, cron: str, every_s: int, timezone: str) -> None:
        """Raise ``ScheduleError`` unless exactly one of ``cron`` and ``every_s`` is given and means something."""
        if bool(cron) == bool(every_s):
            raise ScheduleError("cron", "give a cron expression or an interval (every_s), one of the two")
        self.cron, self.every = cron, dt.timedelta(seconds=every_s)
        try:
            self.zone = zoneinfo.ZoneInfo(timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ScheduleError("timezone", _NO_SUCH_ZONE) from error
        if cron:
            self._check(cron)

    def after(self, moment: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the moments after ``moment`` in UTC, without end; an interval counts from ``moment``."""
        if not self.cron:
            while True:
                moment += self.every
                yield moment
        yield from self._steps(moment, moment, reverse=False)

    def next(self, moment: dt.datetime, count: int = 5) -> list[dt.datetime]:
        """Return the next moments after ``moment``."""
        return list(islice(self.after(moment), count))

    def upcoming(self, cursor: dt.datetime, now: dt.datetime, count: int = 5) -> list[dt.datetime]:
        """Return the next moments after ``now`` for a trigger whose cursor an interval counts from."""
        if self.cron:
            return self.next(now, count)
        return self.next(cursor + max(0, (now - cursor) // self.every) * self.every, count)

    def between(self, after: dt.datetime, until: dt.datetime, most: int) -> tuple[list[dt.datetime], bool]:
        """Return the newest ``most`` moments in (``after``, ``until``], oldest first, and whether there are others."""
        newest = self._interval_back(after, until) if not self.cron else self._cron_back(after, until)
        found = list(islice(newest, most + 1))
        return found[:most][::-1], len(found) > most

    def due(self, cursor: dt.datetime, now: dt.datetime, missed: str) -> Due:
        """Return what is due at ``now`` when everything up to ``cursor`` was dealt with.

        ``missed`` says what happens to moments more than ``GRACE`` ago: ``skip``, ``once`` (the newest of them) or
        ``all`` (the newest ``MOST``).
        """
        moments, more = self.between(cursor, now, MOST)
        if not moments:
            return Due()
        late = [moment for moment in moments if now - moment > GRACE]
        fresh = moments[len(late) :]
        kept = late if missed == "all" else late[-1:] if missed == "once" else []
        return Due((*kept, *fresh), len(late) - len(kept), more, moments[-1])

    def _cron_back(self, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
        # Begun in the repeated hour of autumn, going back would miss what was due in its first turn.
        for moment in self._steps(until + FOLD, until + FOLD, reverse=True):
            if moment <= after:
                return
            if moment <= until:
                yield moment

    def _steps(self, begin: dt.datetime, last: dt.datetime, *, reverse: bool) -> Iterator[dt.datetime]:
        """Yield strictly increasing (or decreasing) moments: a clock change may give one twice, or one before."""
        for each in CronSim(self.cron, begin.astimezone(self.zone), reverse=reverse):
            moment = each.astimezone(dt.UTC)
            if (moment < last) if reverse else (moment > last):
                yield moment
                last = moment

    def _interval_back(self, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
        for number in range((until - after) // self.every, 0, -1):
            yield after + number * self.every

    def _check(self, cron: str) -> None:
        if len(cron.split()) != 5:
            raise ScheduleError("cron", "must have five fields: minute hour day-of-month month day-of-week")
        try:
            simulated = CronSim(cron, dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
            next(simulated)
        except (CronSimError, ValueError) as error:
            raise ScheduleError("cron", f"is no cron expression: {error}") from error
        except StopIteration as error:
            raise ScheduleError("cron", "never comes due") from error
