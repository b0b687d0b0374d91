"""``run --batch``: many runs from a file, a line each."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rich.text import Text

from agentcluster.cli.client import Api
from agentcluster.cli.errors import BAD_INPUT, OK, CliError
from agentcluster.cli.output import console, errors, print_json
from agentcluster.cli.patience import wait_out

MOST: Final = 1000
"""Runs that one request starts."""
FIELDS: Final = frozenset({"input", "labels", "idempotency_key"})


def start(
    api: Api, workflow: dict[str, Any], path: str, common: dict[str, Any], labels: dict[str, str], *, as_json: bool
) -> int:
    """Start a run for each line ``{"input": …, "labels"?, "idempotency_key"?}``; return 2 when some were refused.

    Lines are read as they are sent: a file may be of any length, and takes as long as the rate limits ask for. ``labels``
    are given to each run.
    """
    accepted: list[str] = []
    refused: list[dict[str, Any]] = []
    lines = _lines(path, labels)
    while page := [*islice(lines, MOST)]:
        results = _sent(api, f"workflows/{workflow['id']}/runs/batch", common, [item for _, item in page])
        for (number, _), result in zip(page, results, strict=True):
            if "problem" in result:
                refused.append({"line": number, **result["problem"]})
            else:
                accepted.append(result["id"])
    if as_json:
        print_json({"accepted": accepted, "refused": refused})
    else:
        for each in refused:
            errors.print(Text(f"{path}:{each['line']}: {each['detail']} ({each['code']})"), soft_wrap=True)
        console.print(f"Started {len(accepted):,} runs of {workflow['name']}; {len(refused):,} refused.")
    return BAD_INPUT if refused else OK


def _sent(api: Api, path: str, common: dict[str, Any], runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what came of each run; those that would come too fast are sent later, or in parts: 429 starts none."""
    while True:
        try:
            results: list[dict[str, Any]] = api.post(path, {**common, "runs": runs})["results"]
            return results
        except CliError as error:
            if "results" in error.data:
                return list(error.data["results"])
            together = error.data.get("together", len(runs))
            if together < len(runs):
                parts = (runs[start : start + together] for start in range(0, len(runs), together))
                return [result for part in parts for result in _sent(api, path, common, part)]
            wait_out(error)


def _lines(path: str, labels: dict[str, str]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with Path(path).open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _item(path, number, line, labels)
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}.", field="--batch") from error
    except UnicodeDecodeError as error:
        raise CliError(f"{path} is not UTF-8 text.", field="--batch") from error


def _item(path: str, number: int, line: str, labels: dict[str, str]) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise CliError(f"{path}:{number}: this is not JSON: {error}.") from error
    if not isinstance(item, dict) or not set(item) <= FIELDS:
        raise CliError(
            f'{path}:{number}: write each line as {{"input": {{…}}}}, with "labels" and "idempotency_key" if you like.'
        )
    return {**item, "labels": {**labels, **item.get("labels", {})}} if labels else item
