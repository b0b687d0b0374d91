"""The node around the sandboxes: it may die, and it need not be root."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from agentcluster.up.config import PROJECT
from agents.node.sandbox import usage
from tests.sandbox.host import alive

NODE = """
import asyncio, sys
import django
django.setup()
from pathlib import Path
from agents.node.sandbox import Sandboxes, SandboxSettings
from tests.sandbox.bundles import HOSTILE, from_folder

async def main() -> None:
    bundle = from_folder(HOSTILE)
    runner = Sandboxes(bundle, Path(sys.argv[1]), SandboxSettings()).runner(bundle.deployment(), bundle.manifest, "one")
    await runner.start()
    print(runner.state.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
AS_SOMEBODY = """
set -e
mount --make-rprivate /
if [ -d "$3" ]; then
    mount --bind "$3" "$2"
    mount -t tmpfs -o mode=755 none "$4"
    mkdir -p "$3"
    mount --bind "$2" "$3"
fi
exec setpriv --reuid 12345 --regid 12345 --clear-groups "$1" -m pytest -q -p no:cacheprovider \
    tests/integration/sandbox/test_hostile.py tests/integration/sandbox/test_examples.py -k "$5"
"""
ONCE_MORE = "bomb or tree_counts or sockets or empty_files or machine or network or kernel or left_behind or crash_is or profiled"


def test_instances_die_with_their_node(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "agentcluster.settings", "AGENTCLUSTER_HOME": str(tmp_path)}
    node = subprocess.Popen(
        [sys.executable, "-c", NODE, str(tmp_path / "node")], cwd=PROJECT, env=environment, stdout=subprocess.PIPE
    )
    with node:
        assert node.stdout is not None
        processes = usage.read(int(node.stdout.readline())).pids
        assert len(processes) >= 2
        node.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in processes if alive(pid)] == []


def test_a_node_that_is_not_root_holds_them_in_user_namespaces(tmp_path: Path) -> None:
    """The same attacks once more, by a node without any rights; root's home is made readable in a world of its own."""
    if os.geteuid() != 0:
        return  # and the other tests were of such a node already
    home, inside = Path.home(), Path(sys.base_prefix)
    tops = [home / inside.relative_to(home).parts[0]] if inside.is_relative_to(home) else [Path("/nowhere")]
    seen, scratch = tmp_path / "python", tmp_path / "home"
    for place in (seen, scratch):
        place.mkdir()
    os.chown(scratch, 12345, 12345)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    unshare = shutil.which("unshare")
    assert unshare is not None
    environment = {"PATH": os.environ["PATH"], "HOME": str(scratch), "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [unshare, "-m", "sh", "-c", AS_SOMEBODY, "sh", sys.executable, str(seen), str(tops[0]), str(home), ONCE_MORE],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
