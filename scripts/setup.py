#!/usr/bin/env python3
"""Set-up for the make targets: Debian packages where missing, and `.venv`. Standard library only.

`setup.py demo|up|test|bench|lint`. Costs well under a second when everything is there. Runs under
any Python 3.9 or later, to find the 3.11 that Argot needs.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "argot-setup"
EXTRAS = ".[ml,train,local,dev]"

SERVERS = ("rabbitmq-server", "ffmpeg")
PROFILES = {
    "demo": SERVERS,
    "up": SERVERS,
    "bench": SERVERS,
    "test": (*SERVERS, "postgresql"),
    "lint": (),
}
# What is done without where it cannot be installed.
OPTIONAL = {"test": ("chromium",)}
WITH_PANEL = {"demo", "up", "test"}
# What each package is there for, where its programs may be off PATH.
PROGRAMS = {
    "rabbitmq-server": ("rabbitmq-server", "/usr/lib/rabbitmq/bin"),
    "ffmpeg": ("ffmpeg", "/usr/bin"),
    "chromium": ("chromium", "/usr/bin"),
    "postgresql": ("initdb", "/usr/lib/postgresql/*/bin"),
}
PANEL = ROOT / "panel"
PANEL_STAMP = PANEL / "node_modules/.argot-built"
NODES = "20.19, or 22.12 or newer"

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = "#!/bin/sh\n# Made by Argot's set-up, which removes it again.\nexit 101\n"


def main(arguments: list[str]) -> None:
    """Prepare what the profile needs; exits with a sentence where it cannot."""
    if arguments[:1] == ["install-packages"]:
        install_packages(arguments[1:])
        return
    if len(arguments) != 1 or arguments[0] not in PROFILES:
        sys.exit(f"usage: setup.py {'|'.join(PROFILES)}")
    wanted = set(PROFILES[arguments[0]])
    if arguments[0] == "up" and os.environ.get("ARGOT_LOCAL_DATABASE") == "postgresql":
        wanted.add("postgresql")
    if lacking := sorted(filter(is_missing, wanted)):
        as_root([*lacking])
    for package in filter(is_missing, OPTIONAL.get(arguments[0], ())):
        try:
            as_root([package])
        except SystemExit as refusal:
            print(f"{refusal} What needs {package} is left out.", flush=True)
    prepare_venv()
    if arguments[0] in WITH_PANEL:
        prepare_panel(needed=arguments[0] == "test")


def is_missing(package: str) -> bool:
    """Whether the package's program is nowhere to be found; asks no package manager."""
    program, folder = PROGRAMS[package]
    base, _, pattern = folder.partition("*")
    places = Path(base).glob(f"*{pattern}") if pattern else [Path(folder)]
    return shutil.which(program) is None and not any((place / program).exists() for place in places)


def as_root(packages: list[str]) -> None:
    """Install Debian packages as root or through sudo; exits with a sentence if neither works."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        sys.exit(f"Please install {names}: this system has no apt-get.")
    if os.geteuid() == 0:
        install_packages(packages)
        return
    sudo = shutil.which("sudo")
    if (
        sudo is None
        or subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode != 0
    ):
        sys.exit(f"Please install {names} first, which needs root: sudo apt-get install {names}")
    command = [sudo, "-n", sys.executable, __file__, "install-packages", *packages]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"Could not install {names}.")


def install_packages(packages: list[str]) -> None:
    """`apt-get install`, with fresh package lists only if it fails without them."""
    with one_at_a_time(Path("/var/lock/argot-setup.lock")), services_stay_off():
        print(f"Installing Debian packages: {' '.join(packages)}", flush=True)
        if apt_get("install", *packages):
            apt_get("update")
            if failure := apt_get("install", *packages):
                sys.exit(f"Could not install {' '.join(packages)}:\n{failure}")
    servers = [package for package in packages if package in ("rabbitmq-server", "postgresql")]
    if servers and Path("/run/systemd/system").exists():
        subprocess.run(["systemctl", "--quiet", "disable", *servers], check=False)  # nor at boot


def apt_get(*arguments: str) -> str:
    """What went wrong; empty when nothing did."""
    command = ["apt-get", "-y", "-qq", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"]
    done = subprocess.run(
        [*command, *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr or "apt-get failed"


@contextlib.contextmanager
def services_stay_off() -> Iterator[None]:
    """Packages that come with a server do not start it; a policy that is there already stays."""
    ours = not POLICY.exists() or POLICY.read_text() == POLICY_TEXT  # of a run that was killed
    if ours:
        POLICY.write_text(POLICY_TEXT)
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink()


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold a lock that other runs of this script wait for."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_venv() -> None:
    """`.venv` with what pyproject.toml and constraints.txt say; nothing where it has it."""
    described = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in described)).hexdigest()
    # The path is part of it, as a moved environment does not work.
    state = f"{digest} {VENV}"
    if is_prepared(state):
        return
    with one_at_a_time(Path(__file__)):
        if is_prepared(state):
            return
        python = VENV / "bin/python"
        if not is_python311(str(python)):
            shutil.rmtree(VENV, ignore_errors=True)
            subprocess.run([find_python311(), "-m", "venv", str(VENV)], check=True)
        print("Installing Python packages into .venv", flush=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "-c", "constraints.txt", "-e", EXTRAS],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"Could not install the Python packages:\n{done.stderr}")
        STAMP.write_text(state)


def is_prepared(state: str) -> bool:
    """Whether `.venv` is in this state; costs one read."""
    return STAMP.exists() and STAMP.read_text() == state


def prepare_panel(*, needed: bool) -> None:
    """`panel/dist`, built from what is there now; a line where Node is not there to do it.

    All else works without it: a build that fails is told of, and ends the set-up where `needed`.
    """
    digest = hashlib.sha256()
    for path in sorted(panel_sources()):
        digest.update(f"{path.relative_to(PANEL)}\0".encode() + path.read_bytes())
    state = digest.hexdigest()
    if is_panel_built(state):
        return
    if not is_node_there():
        print(f"The panel is not built: that needs Node {NODES}, with npm.", flush=True)
        return
    with one_at_a_time(PANEL / "package.json"):
        if is_panel_built(state):
            return
        print("Building the panel", flush=True)
        for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
            done = subprocess.run(
                command,
                cwd=PANEL,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                print(done.stdout, done.stderr, "The panel is not built: npm failed.", sep="\n")
                if needed:
                    sys.exit(1)
                return
        PANEL_STAMP.write_text(state)


def panel_sources() -> Iterator[Path]:
    """All that the panel is built from."""
    for folder, folders, files in os.walk(PANEL):
        if Path(folder) == PANEL:
            folders[:] = [name for name in folders if name not in ("dist", "node_modules")]
        yield from (Path(folder, name) for name in files)


def is_panel_built(state: str) -> bool:
    """Whether the built files are those of this state."""
    built = PANEL_STAMP.exists() and PANEL_STAMP.read_text() == state
    return built and (PANEL / "dist/index.html").exists()


def is_node_there() -> bool:
    """Whether there is a Node that can build the panel."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    major, minor, *_ = done.stdout.strip().lstrip("v").split(".")
    version = int(major), int(minor)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def find_python311() -> str:
    """A Python 3.11 that can make virtual environments; Debian packs that ability apart."""
    candidates = [sys.executable, "python3.11", "/usr/bin/python3.11"]
    if not any(map(is_python311, candidates)) and Path("/usr/bin/apt-get").exists():
        as_root(["python3.11", "python3.11-venv"])
    for candidate in filter(is_python311, candidates):
        probe = subprocess.run(
            [candidate, "-c", "import ensurepip"], capture_output=True, check=False
        )
        if probe.returncode != 0:
            as_root(["python3.11-venv"])
        return candidate
    sys.exit("Please install Python 3.11.")


def is_python311(python: str) -> bool:
    """Whether the command is there and is Python 3.11."""
    command = [python, "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
