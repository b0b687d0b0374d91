"""Every command explains itself, with an example that names it."""

import pytest
from typer.main import get_command

from agentcluster.cli.main import app


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


FOUND = dict(commands(get_command(app)))
WITHOUT_EXAMPLE = {
    ("agents",),
    ("nodes",),
    ("workflows",),
    ("workflow", "list"),
    ("login-link",),
    ("runs", "show"),
    ("runs", "watch"),
}


@pytest.mark.parametrize("path", FOUND, ids=" ".join)
def test_a_command_explains_itself(path):
    command = FOUND[path]
    assert command.help
    assert len(command.help) > 10
    if path not in WITHOUT_EXAMPLE:
        assert f"agent-coordinator {' '.join(path)} " in command.help, path
    options = [option for option in command.params if not getattr(option, "hidden", False)]
    # Names of arguments that say what they are need no words of their own.
    assert [
        option.name for option in options if not getattr(option, "help", "x") and option.param_type_name == "option"
    ] == []
