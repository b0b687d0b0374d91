"""``runs cancel`` and its like: one command to one run, or to all that a filter finds, after a count."""

import time
from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple
from uuid import uuid4

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli import run_choice as choice
from agentcluster.cli.client import Api
from agentcluster.cli.errors import INTERRUPTED, OK, RUN_FAILED, CliError, RefusedError
from agentcluster.cli.output import console, errors, print_json, print_rows
from agentcluster.cli.runs import row
from agentcluster.cli.workflow import confirm

_LOOK_S: Final = 0.5
_PATIENCE_S: Final = 10


class Act(NamedTuple):
    """A command: its name in the API, what it says it did, its help."""

    name: str
    done: str
    help: str
    makes_run: bool = False


ACTS: Final = (
    Act("cancel", "was told to stop", "Stop runs in order; what was done is undone where the workflow says how."),
    Act("terminate", "was told to end at once", "End runs at once; nothing is awaited, nothing undone."),
    Act("pause", "was told to pause", "Let runs start nothing new until they are resumed."),
    Act("resume", "was told to go on", "Let paused runs go on."),
    Act("retry", "goes on as", "Try failed runs again where they ended, as new runs.", makes_run=True),
    Act("replay", "runs again as", "Run runs once more from the beginning, as new runs.", makes_run=True),
    Act("delete", "was deleted", "Delete ended runs with their logs."),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for act in ACTS:
        app.command(act.name, help=_help(act))(_command(act))


def _help(act: Act) -> str:
    return (
        f"{act.help} Give ids, or a filter: then the runs that match are counted first, and you are asked.\n\n"
        f'Examples:\n\n  agent-coordinator runs {act.name} 01m7zzttch… --reason "wrong file"\n\n'
        f"  agent-coordinator runs {act.name} --workflow orders --since 2h --dry-run\n"
    )


def _command(act: Act) -> Callable[..., int]:
    def command(
        *,
        run_ids: choice.Ids = None,
        reason: Annotated[str, typer.Option("--reason", help="Why, for those who look at the run later")] = "",
        version: Annotated[str, typer.Option("--version", help="For replay: same, newest, or a number")] = "",
        key: choice.Key = "",
        status: choice.Status = None,
        workflow: choice.Workflow = "",
        project: choice.Project = "",
        search: choice.Search = "",
        since: choice.Since = "",
        until: choice.Until = "",
        priority: choice.Priority = "",
        label: choice.Label = None,
        trigger: choice.Trigger = "",
        origin: choice.Origin = "",
        everything: Annotated[bool, typer.Option("--all", help="All runs that you may act on")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the runs and show some")] = False,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
    ) -> int:
        options = {"version": int(version) if version.isdecimal() else version} if version else {}
        if version and act.name != "replay":
            raise CliError(f"--version is for replay; {act.name} works on the version each run has.")
        with Api(installation.find()) as api:
            chosen = choice.filters(
                api, status=status, workflow=workflow, project=project, label=label, since=since, until=until,
                search=search, priority=priority, trigger=trigger, origin=origin,
            )  # fmt: skip
            if run_ids and not chosen and not everything and not dry_run:
                return _each(api, act, run_ids, {"reason": reason, **options}, key=key, as_json=as_json)
            if run_ids:
                chosen["ids"] = run_ids
            if not chosen and not everything:
                raise CliError("Which runs? Give ids, a filter such as --workflow, or --all.")
            body = {"action": act.name, "filter": chosen, "reason": reason, **options}
            return carry_out(api, body, key=key, dry_run=dry_run, yes=yes, as_json=as_json)

    return command


def _each(api: Api, act: Act, run_ids: list[str], body: dict[str, Any], *, key: str, as_json: bool) -> int:
    """Do it to one run after the other; one that refuses stops none of the others, and is told."""
    if key and not act.makes_run:
        raise CliError("--idempotency-key is for commands that make runs (retry, replay), and for those with a filter.")
    answers, refusal = [], None
    for run_id in run_ids:
        try:
            answer = _one(api, act, run_id, body, f"{key}:{run_id}" if key and len(run_ids) > 1 else key)
        except RefusedError as error:
            if len(run_ids) == 1:
                raise
            refusal = refusal or error
            answers.append(
                {"id": run_id, "error": {"code": error.data.get("code", error.code), "detail": error.message}}
            )
            if not as_json:
                errors.print(Text(f"Run {run_id} refused: {error.message}", style="yellow"), soft_wrap=True)
            continue
        answers.append(answer)
        if not as_json:
            made = f" {answer['id']}" if act.makes_run else ""
            console.print(f"Run {run_id} {act.done}{made}.", soft_wrap=True)
    if as_json:
        print_json(answers[0] if len(answers) == 1 else answers)
    return OK if refusal is None else refusal.exit_code


def _one(api: Api, act: Act, run_id: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    if act.name == "delete":
        api.delete(f"runs/{run_id}")
        return {"id": run_id}
    answer: dict[str, Any] = api.post(
        f"runs/{run_id}/{act.name}", body, key=key or (str(uuid4()) if act.makes_run else "")
    )
    return answer


def _awaited(api: Api, state: dict[str, Any]) -> dict[str, Any]:
    """Return the operation when it is done, or as it is on Ctrl-C; say so when nobody seems to carry it out."""
    silent_since, told = time.monotonic(), False
    try:
        while state["status"] != "completed":
            time.sleep(_LOOK_S)
            before, state = state, api.get(f"bulk/{state['id']}")
            if (before["done"], before["refused"]) != (state["done"], state["refused"]):
                silent_since = time.monotonic()
            elif not told and time.monotonic() - silent_since > _PATIENCE_S:
                errors.print("Still waiting for a jobs worker to take it up; Ctrl-C leaves it to the background.")
                told = True
    except KeyboardInterrupt:
        pass
    return state


def carry_out(
    api: Api, body: dict[str, Any], *, key: str = "", dry_run: bool = False, yes: bool = False, as_json: bool = False
) -> int:
    """Count the runs, ask, do it to all of them (once for each ``key``), and say what came of it."""
    action = body["action"]
    preview = api.post("runs/bulk", {**body, "dry_run": True})
    count = preview["count"]
    if dry_run and as_json:
        print_json(preview)
        return OK
    if not as_json:
        runs = "1 run matches" if count == 1 else f"{count:,} runs match"
        left = preview["matching"] - count
        more = f" ({left:,} more would only refuse)" if left else ""
        errors.print(Text(f"{runs}{more}{':' if count else '.'}", style="bold"))
        if preview["sample"]:
            print_rows([row(run) for run in preview["sample"]], "")
        if count > len(preview["sample"]):
            errors.print(Text(f"… and {count - len(preview['sample']):,} more", style="dim"))
    if dry_run or not count:
        return OK
    confirm(f"{action.capitalize()} {'this run' if count == 1 else f'these {count:,} runs'}?", yes=yes)
    state = _awaited(api, api.post("runs/bulk", {**body, "expected_count": count}, key=key or str(uuid4())))
    if state["status"] != "completed":
        errors.print(f"It goes on in the background ({api.url}/api/v1/bulk/{state['id']}).", soft_wrap=True)
        return INTERRUPTED
    refused = sum(state["refused"].values())
    if as_json:
        print_json(state)
    else:
        console.print(Text(f"{action}: done for {state['done']:,}"))
        for code, number in state["refused"].items():
            errors.print(Text(f"  {number:,} refused ({code})", style="yellow"))
    return RUN_FAILED if refused and not state["done"] else OK
