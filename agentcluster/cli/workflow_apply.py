"""``workflow apply``, ``diff``, ``validate``: documents in files against what the installation has."""

from typing import Annotated, Any

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.documents import Outcome, as_json, documents, print_diff, print_problems, print_refusal, send
from agentcluster.cli.errors import BAD_INPUT, OK, CliError
from agentcluster.cli.finding import find_workflow
from agentcluster.cli.output import console, errors, print_json

DIFFERENT = 1
Files = Annotated[
    list[str], typer.Option("--file", "-f", help="YAML or JSON file, or a folder of them; - reads it here; repeatable")
]
Project = Annotated[str, typer.Option("--project", help="Slug of the project; your first one when absent")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Prune = Annotated[bool, typer.Option("--prune", help="Delete triggers that a file which lists triggers does not list")]


def apply(
    *,
    file: Files,
    project: Project = "",
    publish: Annotated[bool, typer.Option("--publish", help="Publish what was applied")] = False,
    note: Annotated[str, typer.Option("--note", help="What is new, for the history")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a draft that is newer than the file")] = False,
    allow_problems: Annotated[bool, typer.Option("--allow-problems", help="Save drafts that cannot run")] = False,
    prune: Prune = False,
    json_: Json = False,
) -> int:
    """Create or change workflows as files describe them. To apply a file again changes nothing.

    Exit codes: 0 done or nothing to do, 2 a file has problems (nothing of it was applied), 3 somebody saved a newer draft.

    Examples:

      agent-coordinator workflow apply -f orders.yaml --publish

      agent-coordinator workflow apply -f workflows/ --project sales --dry-run
    """
    params = {"project": project, "publish": publish, "note": note, "dry_run": dry_run, "force": force}
    params |= {"allow_problems": allow_problems, "prune": prune}
    with Api(installation.find()) as api:
        outcomes = _sent_until_settled(api, file, params)
    if json_:
        print_json([as_json(outcome) for outcome in outcomes])
    else:
        for outcome in outcomes:
            _print_applied(outcome, dry_run=dry_run)
    return max(outcome.code for outcome in outcomes)


def _sent_until_settled(api: Api, files: list[str], params: dict[str, Any]) -> list[Outcome]:
    """Send each file; one that has problems again after others were applied: it may call a workflow among them."""
    found = documents(files)
    outcomes = [send(api, document, **params) for document in found]
    progress = not params["dry_run"]
    while progress and any(_has_problems(outcome) for outcome in outcomes) and len(outcomes) > 1:
        again = [
            send(api, document, **params) if _has_problems(outcome) else outcome
            for document, outcome in zip(found, outcomes, strict=True)
        ]
        progress = sum(map(_has_problems, again)) < sum(map(_has_problems, outcomes))
        outcomes = again
    return outcomes


def _has_problems(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.data.get("code") == "graph_problems"


def _print_applied(outcome: Outcome, *, dry_run: bool) -> None:
    answer = outcome.answer
    if answer is None:
        print_refusal(outcome)
        return
    print_problems(outcome.name, answer["problems"])
    name = answer["name"] or outcome.name
    word = {"created": "would be created", "updated": "would change"}.get(answer["outcome"], "unchanged")
    word = word if dry_run else answer["outcome"]
    published = f", published as version {answer['version']}" if answer["published"] else ""
    console.print(Text(f"{name}: {word}{published}"))
    if dry_run:
        print_diff(answer["text"])
    for trigger in answer["triggers"]:
        if trigger["outcome"] != "unchanged":
            console.print(Text(f"  trigger {trigger['name']}: {trigger['outcome']}"))
        if trigger["secret"]:
            console.print(Text(f"  its secret, shown this once: {trigger['secret']}"), soft_wrap=True)


def diff(
    *,
    name: Annotated[str, typer.Argument(help="Name or id of a workflow, to compare its versions")] = "",
    file: Annotated[
        list[str] | None, typer.Option("--file", "-f", help="Files or folders to compare with drafts")
    ] = None,
    project: Project = "",
    from_: Annotated[str, typer.Option("--from", help="Version, or draft; the newest published when absent")] = "",
    to: Annotated[str, typer.Option("--to", help="Version, or draft")] = "draft",
    prune: Prune = False,
    json_: Json = False,
) -> int:
    """Show what applying files would change, or how versions of a workflow differ.

    Exit codes: 0 equal, 1 different, 2 a file cannot be read.

    Examples:

      agent-coordinator workflow diff -f orders.yaml

      agent-coordinator workflow diff orders --from 1 --to 2
    """
    if bool(name) == bool(file):
        raise CliError("Give files with -f, or the name of a workflow.")
    with Api(installation.find()) as api:
        if name:
            found = find_workflow(api, name, project)
            answer = api.get(f"workflows/{found['id']}/diff", to=to, **{"from": from_})
            print_json(answer) if json_ else print_diff(answer["text"])
            return DIFFERENT if answer["text"] else OK
        params = {"project": project, "prune": prune, "dry_run": True}
        outcomes = [send(api, document, **params) for document in documents(file or [])]
    if json_:
        print_json([as_json(outcome) for outcome in outcomes])
    else:
        for outcome in outcomes:
            print_refusal(outcome)
            print_diff((outcome.answer or {}).get("text", ""))
    different = any((outcome.answer or {}).get("text") for outcome in outcomes)
    return max(DIFFERENT if different else OK, *(outcome.code for outcome in outcomes))


def validate(*, file: Files, project: Project = "", json_: Json = False) -> int:
    """Check files against their schema, the agents of the installation and the workflows of the project.

    Prints file:line:column: message (code). Exit codes: 0 can run (perhaps with warnings), 2 has errors.

    Example: agent-coordinator workflow validate -f workflows/
    """
    with Api(installation.find()) as api:
        outcomes = [send(api, document, project=project, dry_run=True) for document in documents(file)]
    code = OK
    for outcome in outcomes:
        problems = (outcome.answer or {}).get("problems", [])
        serious = sum(problem["severity"] == "error" for problem in problems)
        code = max(code, outcome.code, BAD_INPUT if serious else OK)
        if not json_:
            print_refusal(outcome)
            print_problems(outcome.name, problems)
            if outcome.answer and not serious:
                errors.print(Text(f"{outcome.name}: can run", style="green"))
    if json_:
        print_json([as_json(outcome) for outcome in outcomes])
    return code
