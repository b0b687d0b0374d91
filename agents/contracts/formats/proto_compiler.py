"""protoc: from ``.proto`` text to descriptors, in a process of its own with limits."""

import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Final

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from agents.contracts.errors import BadContractError
from agents.contracts.gate import COMPILER

OWN: Final = "contract.proto"
TIMEOUT_S: Final = 10
CPU_S: Final = 5
MEMORY: Final = 1024**3
_PLACE: Final = re.compile(r"^(?:\S*/)?([^\s/:]+\.proto):(\d+):(\d+): (.*)$", re.MULTILINE)
_IMPORT: Final = re.compile(r"^google/(protobuf|type|rpc|api)/[a-z_]+\.proto$")


def compile(text: str, sources: Mapping[str, str]) -> FileDescriptorSet:
    """Return the file and all it imports, itself last; ``sources`` are the others by the names they are imported by.

    BadContractError says in which line and column what is wrong. Nothing outside ``sources`` and Google's own types can
    be imported. TooManyChecksError: this process runs as many protoc as it may.
    """
    with tempfile.TemporaryDirectory(prefix="agentcluster-proto-") as name:
        folder = Path(name)
        own = _free_name(sources)
        for path, source in {**sources, own: text}.items():
            _write(folder, path, source)
        out = folder / "out.bin"
        with COMPILER.place():
            said = _run(folder, out, own)
        if said is not None:
            raise _refusal(said, own, folder)
        return _ordered(FileDescriptorSet.FromString(out.read_bytes()), own)


def completed(file: FileDescriptorProto, known: Mapping[str, FileDescriptorSet]) -> FileDescriptorSet:
    """Return a file that came as a descriptor with all that it imports, itself last."""
    files = FileDescriptorSet()
    there: set[str] = set()

    def add(each: FileDescriptorProto) -> None:
        if each.name not in there:
            there.add(each.name)
            files.file.append(each)

    for name in dict.fromkeys(file.dependency):
        if name in known:
            for each in known[name].file[:-1]:
                add(each)
            renamed = FileDescriptorProto()
            renamed.CopyFrom(known[name].file[-1])
            renamed.name = name
            add(renamed)
        elif not _IMPORT.match(name):
            raise BadContractError(f"It imports {name}, which no reference names.", field="/references")
    for each in _googles([name for name in dict.fromkeys(file.dependency) if name not in known]):
        add(each)
    if not file.name:
        file.name = OWN
    add(file)
    return files


def _googles(names: list[str]) -> list[FileDescriptorProto]:
    """Return Google's own files of these names with those they import, of one run of protoc."""
    if not names:
        return []
    imports = "".join(f'import "{name}";' for name in names)
    files: list[FileDescriptorProto] = [*compile(f'syntax = "proto3"; {imports} message None {{}}', {}).file]
    return files[:-1]


def _free_name(sources: Mapping[str, str]) -> str:
    return OWN if OWN not in sources else f"own_{OWN}"


def _write(folder: Path, path: str, source: str) -> None:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path or not path.endswith(".proto") or len(path) > 200:
        raise BadContractError(f"A Protobuf reference is named as it is imported, such as money.proto; {path} is not.")
    target = folder / pure
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source)
    except OSError as error:
        raise BadContractError(f"The Protobuf reference {path} lies inside of another one.") from error


def _run(folder: Path, out: Path, own: str) -> str | None:
    """Return what protoc has to complain about, None when all is well."""
    types = resources.files("grpc_tools") / "_proto"
    command = [sys.executable, "-I", "-m", "grpc_tools.protoc", f"-I{folder}", f"-I{types}", "--include_imports"]
    try:
        done = subprocess.run(
            [*command, f"--descriptor_set_out={out}", own],
            cwd=folder,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired:
        return "it takes too long to read"
    return None if done.returncode == 0 else done.stderr.decode(errors="replace") or "protoc gave up"


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024**2, 64 * 1024**2))


def _refusal(said: str, own: str, folder: Path) -> BadContractError:
    errors = []
    for file, line, column, message in _PLACE.findall(said)[:20]:
        where = "" if file == own else f"{file} "
        errors.append(
            {"field": "/schema", "message": f"{where}line {line}, column {column}: {message}", "code": "proto"}
        )
    first = errors[0]["message"] if errors else said.replace(f"{folder}/", "").strip()[:300]
    return BadContractError(f"This is no .proto file: {first}", errors=errors)


def _ordered(files: FileDescriptorSet, own: str) -> FileDescriptorSet:
    ordered = FileDescriptorSet()
    ordered.file.extend(file for file in files.file if file.name != own)
    ordered.file.extend(file for file in files.file if file.name == own)
    return ordered
