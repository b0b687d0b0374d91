"""What the documents say is so."""

import json
import re
import tomllib

import pytest

from agentcluster.up.config import PROJECT

DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/configuration.md", "docs/wire.md"]
INTERNAL = {"AGENTCLUSTER_PROCESS", "DEBUG", "PLAYWRIGHT_BROWSERS_PATH", "PYTHONPATH", "PYTHONWARNINGS"}
"""Read, but not for operators to set."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    document = PROJECT / name
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_direct_dependency_has_its_line() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    python = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    page = json.loads((PROJECT / "frontend" / "package.json").read_text())
    names = {re.split(r"[\[<>=;]", text)[0] for text in python} | {*page["dependencies"], *page["devDependencies"]}
    explained = set(re.findall(r"^\| (\S+) \|", (PROJECT / "docs" / "dependencies.md").read_text(), re.MULTILINE))
    assert names - explained == set()


def test_ci_runs_what_the_readme_says() -> None:
    assert re.findall(r"^make .*$", (PROJECT / ".ci" / "run").read_text(), re.MULTILINE) == ["make test"]
    assert "    make test" in (PROJECT / "README.md").read_text()


def test_every_setting_is_documented() -> None:
    reads = re.compile(
        r"""(?:environ(?:ment)?(?:\.get)?[\[(]|\b(?:count|seconds|listed|flag|choice)\()\s*"([A-Z_]+)\""""
    )
    code = [path for package in ("agentcluster", "agents", "designer") for path in (PROJECT / package).rglob("*.py")]
    names = {name for path in code for name in reads.findall(path.read_text())} - INTERNAL
    documented = set(re.findall(r"`([A-Z_]+)`", (PROJECT / "docs" / "configuration.md").read_text()))
    assert names - documented == set()
    sources = [*code, PROJECT / "Makefile", *PROJECT.glob("*.toml"), *(PROJECT / "deploy").rglob("*.*")]
    known = set(re.findall(r"\b[A-Z][A-Z_]{2,}\b", "".join(path.read_text() for path in sources)))
    assert {name for name in documented if "_" in name} - known == set()
