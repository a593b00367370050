"""Gathers all that an office without the network needs to install xltool: wheels, an installer for each system, sums.

    python -m pip install uv
    python packaging/wheelhouse.py dist/offline --for win_amd64 --for linux_x86_64 --for linux_aarch64 --python 3.11

The folder is carried there and the installer in it is called. What is needed is resolved as on the computer that it is
for (by uv, since pip takes the conditions of requirements as they are here), and wheels alone are taken: nothing is
compiled there. For processors without wheels of their own (LoongArch) `--for any` takes those that fit every computer,
and names the others, which come with the system's own packages.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NEWEST, OLDEST = 28, 17
"""The C libraries (2.28 and 2.17) whose wheels are taken on Linux: 统信 20 and 麒麟 V10 have 2.28 or a newer one."""
PURE = "any"


class Target(NamedTuple):
    """What a computer is to uv, and to pip."""

    resolved_for: str
    tags: tuple[str, ...]


def describe_linux(machine: str) -> Target:
    """Linux on a processor."""
    newer = (f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST, OLDEST - 1, -1))
    return Target(f"{machine}-manylinux_2_{NEWEST}", (*newer, f"manylinux2014_{machine}"))


TARGETS = {
    "win_amd64": Target("x86_64-pc-windows-msvc", ("win_amd64",)),
    "linux_x86_64": describe_linux("x86_64"),
    "linux_aarch64": describe_linux("aarch64"),
    "macos_arm64": Target("aarch64-apple-darwin", tuple(f"macosx_{major}_0_arm64" for major in range(14, 10, -1))),
    PURE: Target("linux", ()),
}


def resolve_requirements(target: Target, python: str) -> list[str]:
    """The exact versions of all that xltool needs on such a computer."""
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--extra", "pdf"]
    wheels = ["--only-binary", ":all:"] if target.tags else []
    told = ["--python-platform", target.resolved_for, "--python-version", python, str(ROOT / "pyproject.toml")]
    done = subprocess.run([sys.executable, "-m", *command, *wheels, *told], check=True, stdout=subprocess.PIPE)
    lines = re.findall(r"^[A-Za-z0-9._-]+==\S+", done.stdout.decode(), re.M)
    if not lines:
        raise SystemExit("uv names nothing that xltool needs")
    return lines


def download_wheels(requirements: list[str], target: Target, python: str, place: Path) -> list[str]:
    """Fetches the wheels; gives what has none that fits."""
    tags = [word for tag in target.tags for word in ("--platform", tag)] or ["--platform", "any"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--implementation", "cp" if target.tags else "py", "--python-version", python]
    if target.tags:
        subprocess.run([*command, *tags, "--dest", str(place), *requirements], check=True)
        return []
    return [
        each
        for each in requirements
        if subprocess.run(
            [*command, *tags, "--dest", str(place), each], stderr=subprocess.DEVNULL, check=False
        ).returncode
    ]


def gather_wheels(place: Path, names: list[str], pythons: list[str]) -> None:
    """Makes the folder anew, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as made:
        wheels = Path(made) / "offline" / "wheels"
        shutil.copytree(ROOT / "packaging" / "offline", wheels.parent)
        own = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(wheels), str(ROOT)]
        subprocess.run(own, check=True)
        for python in pythons:
            for name in names:
                missing = download_wheels(resolve_requirements(TARGETS[name], python), TARGETS[name], python, wheels)
                for each in missing:
                    print(f"{name}, Python {python}: {each} comes with the system's own packages")
        found = sorted(wheels.glob("*.whl"))
        sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  wheels/{path.name}\n" for path in found]
        (wheels.parent / "SHA256SUMS").write_text("".join(sums), "utf-8")
        shutil.rmtree(place, ignore_errors=True)
        wheels.parent.replace(place)
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    print(f"{len(found)} wheels, {size // 2**20} MiB in {place}")


def main() -> None:
    """Reads what is asked for, and gathers it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path)
    parser.add_argument("--for", dest="names", action="append", choices=TARGETS, required=True)
    parser.add_argument("--python", dest="pythons", action="append", metavar="3.11")
    asked = parser.parse_args()
    gather_wheels(asked.place, asked.names, asked.pythons or ["3.11"])


if __name__ == "__main__":
    main()
