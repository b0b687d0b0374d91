"""People who send the signals and decide the approvals that runs of the lab wait for, as often as it takes."""

import threading
import time
from collections.abc import Iterable
from typing import Final

import httpx

from tests.faults.workload import APPROVAL, SIGNAL

AGAIN_S: Final = 0.3


class People(threading.Thread):
    """Works through the API; what is refused, or not answered, is tried again."""

    def __init__(self, url: str, token: str) -> None:
        """Begin to work."""
        super().__init__(name="people", daemon=True)
        self._client = httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        self._signals: set[str] = set()
        self._approvals: set[str] = set()
        self._over = threading.Event()
        self.start()

    def look_after(self, run_ids: Iterable[str]) -> None:
        """Send these runs their signal and their approval from now on."""
        ids = {*run_ids}
        self._signals |= ids
        self._approvals |= ids

    def finish(self) -> None:
        """Go home."""
        self._over.set()
        self.join(15)
        self._client.close()

    def run(self) -> None:
        """Go round until told to stop."""
        while not self._over.is_set():
            for run_id in [*self._signals]:
                if self._post(f"runs/{run_id}/signal", {"name": SIGNAL, "data": {}}):
                    self._signals.discard(run_id)
            for run_id in [*(self._approvals - self._signals)]:
                if self._post(f"runs/{run_id}/approvals/{APPROVAL}", {"approved": True, "comment": "Yes."}):
                    self._approvals.discard(run_id)
            time.sleep(AGAIN_S)

    def _post(self, path: str, body: dict[str, object]) -> bool:
        """Return whether it is done: taken now, or earlier by a call whose answer was lost."""
        try:
            answer = self._client.post(path, json=body)
        except httpx.HTTPError:
            return False
        taken = answer.status_code == httpx.codes.ACCEPTED
        return taken or (
            answer.status_code == httpx.codes.CONFLICT
            and answer.json().get("code") in ("run_finished", "already_decided")
        )
