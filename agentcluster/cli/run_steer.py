"""What is told to one run: signals, approvals, forks, continuing; why it waits; its export."""

import json
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli import run_choice as choice
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, print_json, print_rows
from agentcluster.cli.workflow import Out, print_written, write

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who look at the run later")]
RunId = Annotated[str, typer.Argument(help="Id of the run")]
Data = Annotated[str, typer.Option("--data", "-d", help="JSON; other text stands for itself")]
Step = Annotated[str, typer.Option("--step", help="The step, where several wait")]
Comment = Annotated[str, typer.Option("--comment", "-m", help="For those who look at the run later")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("signal")(send_signal)
    for command in (approve, reject, fork, why, export):
        app.command()(command)
    app.command("continue")(go_on)


def send_signal(
    *,
    run_id: RunId,
    name: Annotated[str, typer.Option("--name", "-n", help="The signal, as the waiting step names it")],
    key: Annotated[str, typer.Option("--key", help="Where the step asks for one")] = "",
    data: Data = "",
    reason: Reason = "",
    as_json: Json = False,
) -> int:
    """Tell a run that something happened outside.

    Example: agent-coordinator runs signal 01m7zzttch… --name paid --data '{"amount": 120}'
    """
    body = {"name": name, "key": key, "reason": reason} | _with_data(data)
    return _told(run_id, "signal", body, f"got the signal {name}", as_json)


def approve(*, run_id: RunId, step: Step = "", comment: Comment = "", data: Data = "", as_json: Json = False) -> int:
    """Approve a step that waits for it. Example: agent-coordinator runs approve 01m7zzttch… -m "Within budget" """
    return _decide(run_id, step, approved=True, comment=comment, data=data, as_json=as_json)


def reject(*, run_id: RunId, step: Step = "", comment: Comment = "", data: Data = "", as_json: Json = False) -> int:
    """Reject a step that waits for approval. Example: agent-coordinator runs reject 01m7zzttch… -m "Too much" """
    return _decide(run_id, step, approved=False, comment=comment, data=data, as_json=as_json)


def _decide(run_id: str, step: str, *, approved: bool, comment: str, data: str, as_json: bool) -> int:
    body = {"approved": approved, "comment": comment} | _with_data(data)
    with Api(installation.find()) as api:
        step = step or _only_step(api, run_id)
        run = api.post(f"runs/{run_id}/approvals/{step}", body)
    if as_json:
        print_json(run)
    else:
        console.print(Text(f"{step}: {'approved' if approved else 'rejected'}"))
    return OK


def _only_step(api: Api, run_id: str) -> str:
    steps = [row["step"] for row in api.rows("approvals", 100, run=run_id)]
    if not steps:
        api.get(f"runs/{run_id}")
        raise CliError(f"No step of run {run_id} waits for approval.")
    if len(steps) > 1:
        raise CliError(f"Several steps wait for approval: choose one with --step ({', '.join(steps)}).")
    return str(steps[0])


def fork(
    *,
    run_id: RunId,
    after: Annotated[int, typer.Option("--after", help="Sequence number of the last event that is taken over")],
    given: Annotated[list[str] | None, typer.Option("--input", "-i", help="Another input: name=value")] = None,
    output: Annotated[
        list[str] | None, typer.Option("--output", help="Another output of a step: step=JSON; may be repeated")
    ] = None,
    reason: Reason = "",
    key: choice.Key = "",
    as_json: Json = False,
) -> int:
    """Go on after any event of a run as a new run, with other data. Nothing before that is called again.

    Example: agent-coordinator runs fork 01m7zzttch… --after 12 --input amount=75 --output 'rate={"value": 1.1}'
    """
    body = {"after": after, "input": pairs(given, "--input"), "outputs": pairs(output, "--output"), "reason": reason}
    with Api(installation.find()) as api:
        run = api.post(f"runs/{run_id}/fork", body, key=key or str(uuid4()))
    if as_json:
        print_json(run)
    else:
        console.print(f"Forked as run {run['id']}. Follow it: agent-coordinator runs watch {run['id']}", soft_wrap=True)
    return OK


def go_on(*, run_id: RunId, reason: Reason = "", as_json: Json = False) -> int:
    """Let a run with a long log go on as a new run with a short one. Example: agent-coordinator runs continue 01m7zzttch…"""
    return _told(run_id, "continue", {"reason": reason}, "was told to go on as a new run", as_json)


def _told(run_id: str, what: str, body: dict[str, Any], done: str, as_json: bool) -> int:
    with Api(installation.find()) as api:
        run = api.post(f"runs/{run_id}/{what}", body)
    if as_json:
        print_json(run)
    else:
        console.print(Text(f"Run {run_id} {done}."))
    return OK


def why(*, run_id: RunId, as_json: Json = False) -> int:
    """Say what a run waits for, is busy with, or how it ended. Example: agent-coordinator runs why 01m7zzttch…"""
    with Api(installation.find()) as api:
        answer = api.get(f"runs/{run_id}/why")
    if as_json:
        print_json(answer)
        return OK
    console.print(Text(answer["status"], style="bold"))
    rows = [
        {name: (reason[name] or "")[:19].replace("T", " ") if name in ("since", "until") else reason[name] for name in
         ("message", "step", "since", "until")}
        for reason in answer["reasons"]
    ]  # fmt: skip
    print_rows(rows, "Nothing keeps it.")
    return OK


def export(
    *,
    run_id: Annotated[str, typer.Argument(help="Id of a run; absent: all that the filter finds, as JSON Lines")] = "",
    output: Out = "",
    records: Annotated[bool, typer.Option("--records/--no-records", help="Whether their events come along")] = True,
    status: choice.Status = None,
    workflow: choice.Workflow = "",
    project: choice.Project = "",
    search: choice.Search = "",
    since: choice.Since = "",
    until: choice.Until = "",
    label: choice.Label = None,
    as_json: Json = False,
) -> int:
    """Export a run as one JSON document, or many as JSON Lines. With --json a file that was written is named in JSON.

    Examples:

      agent-coordinator runs export 01m7zzttch… -o run.json

      agent-coordinator runs export --workflow orders --since 7d --no-records -o orders.jsonl
    """
    with Api(installation.find()) as api:
        if run_id:
            pieces = api.pieces(f"runs/{run_id}/export")
        else:
            chosen = choice.filters(
                api,
                status=status,
                workflow=workflow,
                project=project,
                search=search,
                since=since,
                until=until,
                label=label,
            )
            pieces = api.pieces("runs/export", records=str(records).lower(), **choice.as_query(chosen))
        if output:
            write(output, pieces)
            print_written(output, as_json)
        else:
            for piece in pieces:
                typer.echo(piece, nl=False)
    return OK


def value(text: str) -> Any:
    """Return what a text means as JSON, the text itself where it is none, None where it is empty."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _with_data(text: str) -> dict[str, Any]:
    return {"data": value(text)} if text else {}


def pairs(given: list[str] | None, option: str) -> dict[str, Any]:
    """Return what ``name=JSON`` options say, by name."""
    found = {}
    for pair in given or []:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            raise CliError(f"{option} {pair}: write it as name=value.")
        found[name] = value(text)
    return found
