"""The recipes for programs and for offices without the network, as far as they can be tried without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = ROOT / "packaging" / "offline"
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of Unix")
PYTHON = """#!/bin/sh
printf '%s\\n' "$*" >> "$HOME/called"
case "$*" in
  -c*) exit ${OLD:-0} ;;
  "-m venv"*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && cp "$0" "$4/bin/xltool" ;;
  "-m pip"*) exit ${LACKING:-0} ;;
esac
"""


@pytest.fixture
def install(tmp_path):
    """Calls the installer in a folder with a space, with one stand-in for every Python there might be."""
    place = tmp_path / "U 盘"
    shutil.copytree(OFFLINE, place)
    python = tmp_path / "python"
    python.write_text(PYTHON, "utf-8")
    python.chmod(0o755)

    def call(*arguments, **more):
        env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHON": str(python), **more}
        command = ["sh", str(place / "安装.sh"), *arguments]
        done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)
        called = tmp_path / "called"
        return done, called.read_text("utf-8").splitlines() if called.exists() else []

    return call


@UNIX
def test_the_installer_takes_nothing_from_the_network(install, tmp_path):
    done, called = install(str(tmp_path / "装 到"))
    assert done.returncode == 0, done.stderr
    [pip] = [line for line in called if line.startswith("-m pip")]
    assert "--no-index" in pip and f"--find-links {tmp_path}/U 盘/wheels" in pip and pip.endswith("xltool[pdf]")
    link = tmp_path / ".local" / "bin" / "xltool"
    assert link.resolve() == tmp_path / "装 到" / "bin" / "xltool"
    entry = tmp_path / ".local" / "share" / "applications" / "xltool.desktop"
    assert 'Exec=sh -c "exec \\\\"\\\\$HOME/.local/bin/xltool\\\\" serve"' in entry.read_text("utf-8")


@UNIX
def test_the_installer_says_what_is_missing(install, tmp_path):
    for more in ({"OLD": "1", "PATH": "/nowhere"}, {"LACKING": "1", "PATH": "/nowhere"}):
        env = dict(more)
        env["PATH"] = make_path_without_python(tmp_path)
        done, _ = install(**env)
        assert done.returncode == 1 and "没有装成" in done.stdout
        assert not (tmp_path / ".local" / "bin").exists()


def make_path_without_python(tmp_path):
    place = tmp_path / "bin"
    place.mkdir(exist_ok=True)
    for name in ("sh", "dirname", "mkdir", "cp", "ln", "cat"):
        link = place / name
        if not link.exists():
            link.symlink_to(shutil.which(name))
    return str(place)


def test_the_installer_for_windows_is_read_in_its_own_encoding():
    text = (OFFLINE / "安装.bat").read_bytes().decode().replace("\r\n", "\n")
    lines = text.split("\n")
    assert all(line.isascii() for line in lines[: lines.index("chcp 65001 >nul")])
    assert not any(line.startswith(":") or "goto" in line for line in lines)  # labels are looked for byte by byte
    assert "--no-index" in text and "--find-links wheels" in text


def test_the_workflows_name_what_is_there():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            for word in " ".join(step.get("run", "") for step in job["steps"]).split():
                if word.startswith(("tests/", "packaging/", ".ci/")):
                    assert (ROOT / word).is_file(), word


def test_the_spec_takes_along_whatever_is_no_module():
    """It names no file, so that none is forgotten; what it names of the checkout is there."""
    spec = (ROOT / "packaging" / "xltool.spec").read_text("utf-8")
    compile(spec, "xltool.spec", "exec")
    assert '(ROOT / "xltool").rglob("*")' in spec
    for name in ("workbook_templates", "samples", "packaging/program.py"):
        assert (ROOT / name).exists() and all(f'"{part}"' in spec for part in Path(name).parts)
