"""CONTRIBUTING.md: what it asks people to type can be typed, and the files that it names are there."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import xltool
from tests import documents

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LINES = [line for block in documents.pick_blocks(PAGE, "sh by hand") for line in block.splitlines()]
TOOLS = {"python": "", "pytest": "pytest", "ruff": "ruff", "mypy": "mypy", "sphinx-build": "sphinx", "xltool": ""}
"""What stands in `.venv/bin`, and the package of the extras that puts it there; Python and we ourselves need none."""


def test_the_page_is_run(tmp_path):
    assert {block.language for block in documents.play(PAGE, "CONTRIBUTING.md", tmp_path)} <= {"sh by hand"}


@pytest.mark.parametrize("line", LINES)
def test_what_is_typed_by_hand_can_be_typed(line):
    words = shlex.split(line, comments=True)
    settings = [words.pop(0).partition("=")[0] for _ in range(len(words)) if "=" in words[0]]
    tool = words.pop(0).removeprefix(".venv/bin/")
    extras = {re.match(r"[\w-]+", need)[0] for extra in PROJECT["optional-dependencies"].values() for need in extra}
    assert TOOLS[tool] in extras | {""}
    named = [ROOT / word for word in words if "/" in word and not word.startswith(("-", "build/", "dist/"))]
    assert all(path.exists() for path in named), line
    if tool == "pytest":
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", "-p", "no:cacheprovider", *words]
        if "xdist" not in sys.modules:
            command.remove("-n0")
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout
    if named and named[0].suffix == ".py":
        script = named[0].read_text("utf-8")
        options = [word for word in words if word.startswith("--")] if tool == "python" else []
        assert all(f'add_argument("{option}"' in script for option in options), line
        assert all(setting in script for setting in settings), line


def test_every_file_that_is_named_is_there():
    names = set(
        re.findall(r"`((?:tests|xltool|docs|benchmarks|samples|workbook_templates|\.github|\.ci)/[\w./-]*)`", PAGE)
    )
    assert len(names) > 10
    for name in names:
        assert (ROOT / name).exists(), name


def test_the_matrix_of_a_forge_is_what_the_package_promises():
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    matrix = jobs["matrix"]["strategy"]["matrix"]
    promised = [
        word.rpartition(" ")[2] for word in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", word) is not None
    ]
    assert matrix["python"] == promised == sorted(promised, key=lambda version: int(version.partition(".")[2]))
    assert PROJECT["requires-python"] == f">={promised[0]}"
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "windows", "macos"]
    lowest = [entry for entry in matrix["include"] if entry["resolution"] == "lowest-direct"]
    assert lowest and {entry["python"] for entry in lowest} == {promised[0]} and matrix["resolution"] == ["highest"]
    assert all(entry.keys() == matrix.keys() - {"include"} for entry in matrix["include"])
    assert set(re.findall(r"\$\{\{ matrix\.(\w+) \}\}", text)) == matrix.keys() - {"include"}
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert all(step.get("uses", "actions/").startswith("actions/") for step in steps)
    assert any(step.get("run") == "bash .ci/run" for step in jobs["whole"]["steps"])


def test_what_runs_before_a_commit_is_there():
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    hooks = {hook["id"]: hook for hook in repository["hooks"]}
    assert {"ruff", "ruff-format", "mypy", "quick-tests"} == hooks.keys()
    for hook in hooks.values():
        python, dash, tool, *words = hook["entry"].split()
        assert (python, dash, hook["language"]) == ("python", "-m", "system") and tool in TOOLS
        assert all((ROOT / word).exists() for word in words if word.startswith("tests"))
        assert re.search(hook.get("files", ""), "xltool/api.py")


def test_the_version_of_the_recipe_is_the_one_that_is_built():
    assert f"dist/xltool-{PROJECT['version']}-py3-none-any.whl" in PAGE
    assert xltool.__version__ == PROJECT["version"]
