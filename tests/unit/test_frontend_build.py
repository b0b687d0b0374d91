"""The page is built beside the one that is served, and takes its place when it is whole."""

import pytest

from deploy import frontend

BUILDER = """#!/bin/sh
for word in "$@"; do case "$word" in --outDir=*) out="${word#--outDir=}";; esac; done
mkdir -p "$out" && cp dist/index.js seen-while-building && echo new > "$out/index.js"
exit $(cat exit-code)
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A front end that was built before; its builder is a script that notes what is served meanwhile."""
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.js").write_text("old\n")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "exit-code").write_text("0")
    npm = tmp_path / "npm"
    npm.write_text(BUILDER)
    npm.chmod(0o755)
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    monkeypatch.setattr(frontend, "FRONTEND", tmp_path)
    return tmp_path


def test_the_old_page_serves_until_the_new_one_is_whole(page):
    assert frontend.build([str(page / "npm")]) == 0
    assert (page / "seen-while-building").read_text() == "old\n"
    assert (page / "dist" / "index.js").read_text() == "new\n"
    assert not any((page / "node_modules").iterdir())


def test_what_is_built_already_is_not_built_again(page):
    assert frontend.build([str(page / "npm")]) == 0
    (page / "dist" / "index.js").write_text("kept\n")
    assert frontend.build([str(page / "npm")]) == 0
    assert (page / "dist" / "index.js").read_text() == "kept\n"


def test_a_build_that_fails_leaves_the_old_page(page):
    (page / "exit-code").write_text("3")
    assert frontend.build([str(page / "npm")]) == 3
    assert (page / "dist" / "index.js").read_text() == "old\n"
    assert not any((page / "node_modules").iterdir())


def test_the_first_build_needs_no_page_before_it(page):
    (page / "dist" / "index.js").unlink()
    (page / "dist").rmdir()
    (page / "npm").write_text(BUILDER.replace("cp dist/index.js seen-while-building", "true"))
    assert frontend.build([str(page / "npm")]) == 0
    assert (page / "dist" / "index.js").read_text() == "new\n"
