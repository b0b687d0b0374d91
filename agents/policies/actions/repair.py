"""Bring the numbers back in order after the database, or NATS, came back older than what processes have seen."""

import logging

from django.db import IntegrityError, connections, transaction

from agentcluster.security import audit
from agents.domain.policy import PolicySet
from agents.policies import store

logger = logging.getLogger(__name__)
RESTORED = "The database was older than what had been pushed; its policies are in force again."
ADOPTED = "The database knew no policies; it took over those in force."


def repair(known: int, seen: int, pushed: PolicySet | None) -> PolicySet:
    """Return the newest set, ``known`` till now, under a number above ``seen``, so that everybody takes it.

    The database is the truth; where it knows no set at all it takes over what was ``pushed``. Safe to be done by several
    at once: one of them wins. For a thread of its own: closes its connection to the database.
    """
    try:
        newest = store.newest()
        if newest.number != known:
            return newest  # somebody else was faster
        adopts = newest.number == 0 and pushed is not None
        policies = pushed.policies if pushed is not None and adopts else newest.policies
        note = ADOPTED if adopts else RESTORED
        number = max(seen, newest.number) + 1
        try:
            with transaction.atomic():
                row = store.keep(policies, number=number, previous=newest.number, action="repair", note=note)
                audit.announce(None, "policies.repair", row.number, f"set {row.number}", note=note)
            logger.warning("policies: set %d. %s", row.number, note)
        except IntegrityError:
            logger.info("policies: another process has put their numbers in order")
        return store.newest()
    finally:
        connections.close_all()
