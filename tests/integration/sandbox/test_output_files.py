"""Files of an output: what the caller gets never names a place inside the sandbox."""

import msgspec

from agentcluster import artifacts
from tests.sandbox.bundles import of_code
from tests.sandbox.host import Host

CODE = '''
from pathlib import Path
from typing import Any
from agentcluster.sdk import Context, File, agent

@agent(name="coded", version="1.2.0")
async def run(*, context: Context) -> dict[str, Any]:
    """Gives files."""
    made = context.file("a b%20c.txt", b"one")
    path = made.path
    own = Path("own file.txt")
    own.write_bytes(b"two")
    return {"made": made, "again": File.of(path), "twice": [made, File.of(own), File.of(own)]}
'''


async def test_a_file_given_twice_and_one_with_a_blank_in_its_name_are_stored(host: Host) -> None:
    await host.add(of_code(CODE))
    reply = await host.call("coded", {})
    assert reply.error is None
    given = [reply.output["made"], reply.output["again"], *reply.output["twice"]]
    kept = [artifacts.ArtifactRef.from_value(value) for value in given]
    assert [ref.name for ref in kept] == ["a b%20c.txt", "a b%20c.txt", "a b%20c.txt", "own file.txt", "own file.txt"]
    assert [artifacts.read_bytes(ref) for ref in kept] == [b"one", b"one", b"one", b"two", b"two"]


TOLD = '''
import json
from typing import Any
from agentcluster.sdk import Context, File, agent

@agent(name="coded", version="1.2.0")
async def run(text: str, file: File | None = None, *, context: Context) -> dict[str, Any]:
    """Gives what it is told to."""
    return {"said": json.loads(text), "got": file, "made": context.file("a.txt", b"mine")}
'''


async def test_a_bundle_tells_of_its_own_files_only(host: Host) -> None:
    theirs = artifacts.put_bytes(b"theirs", "text/csv", "a.csv").to_value()
    other = artifacts.put_bytes(b"other", "text/csv", "b.csv").to_value()
    await host.add(of_code(TOLD))
    reply = await host.call("coded", {"text": "1", "file": theirs})
    assert reply.error is None, reply.error
    assert reply.output["got"]["$artifact"]["digest"] == theirs["$artifact"]["digest"]
    assert artifacts.read_bytes(artifacts.ArtifactRef.from_value(reply.output["made"])) == b"mine"
    refused = await host.call("coded", {"text": msgspec.json.encode(other).decode()})
    assert refused.error is not None
    assert refused.error.code == "foreign_file"
