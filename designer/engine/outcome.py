"""How driving a run comes to its end in a worker."""

from enum import Enum


class Outcome(Enum):
    """What became of a run here."""

    ENDED = "ended"
    """The run is terminal, by us or by somebody else."""
    ELSEWHERE = "elsewhere"
    """A living worker owns the run; this hint was one too many."""
    FENCED = "fenced"
    """The log is not as we left it: another worker took the run over, or Redis came back without its last second."""
    HANDED_OVER = "handed over"
    """Given up on request, free for any worker."""
    PARKED = "parked"
    """Only waits; a command or its timer brings it back."""
    LOST = "lost"
    """Nothing to go on from: the reaper finds out what to do."""
