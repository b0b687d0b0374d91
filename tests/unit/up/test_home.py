import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentcluster.up.config import PROJECT
from agentcluster.up.errors import HomeUnusableError
from agentcluster.up.home import lock_home, prepare_home


def test_a_new_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    prepare_home(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(HomeUnusableError, match=r"is a file\. Move it away"):
        prepare_home(tmp_path / "data")


@pytest.mark.parametrize("name", ["valkey", "nats", "artifacts"])
def test_a_file_where_a_folder_belongs_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    with pytest.raises(HomeUnusableError, match=f"{name} should be a folder"):
        prepare_home(tmp_path)


def test_an_emptied_secret_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(HomeUnusableError, match="Restore it from a backup"):
        prepare_home(tmp_path)


def test_a_folder_of_somebody_else_is_named_with_the_way_out(tmp_path: Path) -> None:
    """Root may write anywhere, so this looks through the eyes of another user."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    program = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; from agentcluster.up.home import prepare_home\n"
        "from agentcluster.up.errors import HomeUnusableError\n"
        "from tests.postgres import become_nobody\n"
        "(become_nobody() or (lambda: None))()\n"
        "try: prepare_home(Path(sys.argv[1]))\n"
        "except HomeUnusableError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(PROJECT)], capture_output=True, text=True, check=True
    )
    assert "cannot be written by this user" in done.stdout


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with lock_home(tmp_path):
        program = (
            "import sys; from pathlib import Path; from agentcluster.up.home import lock_home\n"
            "from agentcluster.up.errors import AlreadyRunningError\n"
            "try: lock_home(Path(sys.argv[1]))\n"
            "except AlreadyRunningError as error: print(error)\n"
        )
        other = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        assert f"process {os.getpid()}" in other.stdout
    lock_home(tmp_path).close()
