"""msgspec knows every struct before a process has threads: two that meet one for the first time would crash it."""

import subprocess
import sys
import textwrap

import msgspec
import pytest

from agentcluster import structs

SETUP = """
import importlib, pkgutil
import django
django.setup()
import agentcluster, agents, designer
"""


class Late(msgspec.Struct):
    """A struct of somebody else's."""

    number: int


def run(program: str) -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-X", "faulthandler", "-c", SETUP + textwrap.dedent(program)]
    return subprocess.run(given, capture_output=True, text=True, timeout=120, check=False)


def test_every_struct_there_is_can_be_prepared() -> None:
    done = run("""
        for package in (agentcluster, agents, designer):
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                if ".migrations." not in module.name and not module.name.endswith("__main__"):
                    importlib.import_module(module.name)
        from agentcluster import structs
        assert structs.prepare_ours() > 200
    """)
    assert done.returncode == 0, done.stderr[-2000:]


def test_only_the_named_packages_are_prepared() -> None:
    assert structs.prepare("nobody") == 0
    assert structs.prepare("tests") >= 1


@pytest.mark.parametrize(
    "entry",
    ["agentcluster.asgi", "designer.triggers.management.commands.runtriggers", "designer.archive.bootstep"],
)
def test_threads_that_read_documents_at_once_do_not_crash_a_process(entry: str) -> None:
    done = run(f"""
        import sys, threading
        importlib.import_module("{entry}")
        from agentcluster import structs
        from designer.domain.graph import Graph
        import msgspec
        structs.prepare_ours()
        sys.setswitchinterval(1e-6)
        ready = threading.Barrier(8)
        def read():
            ready.wait()
            for _ in range(50):
                msgspec.convert({{"schema": "agentcluster.workflow/v1", "nodes": [], "edges": []}}, Graph)
        threads = [threading.Thread(target=read) for _ in range(8)]
        [each.start() for each in threads]
        [each.join() for each in threads]
    """)
    assert done.returncode == 0, done.stderr[-2000:]
