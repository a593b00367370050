"""The public door.

The verbs are whole for type checkers, their examples are run, the package says that it is typed and under which
licence.
"""

import ast
import doctest
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import xltool
from xltool import api
from xltool.forms import catalog

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """\
import xltool

reading = xltool.read(b"")
[checked] = xltool.check([reading])
report: bytes = xltool.report(checked.submission, "html") if checked.submission else b""
"""


def judge_types(folder: Path, program: str) -> tuple[int, str]:
    """What mypy says of a program that uses the package from outside, as its user's interpreter finds it.

    By `py.typed`.
    """
    (folder / "program.py").write_text(program, "utf-8")
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "program.py"]
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_verbs_are_whole_for_type_checkers():
    tree = ast.parse(Path(xltool.__file__).read_text("utf-8"))
    [guarded] = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    assert [alias.name for node in guarded.body for alias in node.names] == xltool.__all__
    assert all(callable(getattr(xltool, verb)) for verb in xltool.__all__)


def test_a_users_type_checker_sees_the_verbs(tmp_path):
    assert PROGRAM.count("\n") == 5
    assert judge_types(tmp_path, PROGRAM) == (0, "Success: no issues found in 1 source file\n")


def test_a_users_type_checker_knows_each_verb(tmp_path):
    program = "import xltool\n" + "".join(f"reveal_type(xltool.{verb})\n" for verb in xltool.__all__)
    code, said = judge_types(tmp_path, program + 'xltool.read("a path")\n')
    assert code == 1 and said.count("Revealed type is") == len(xltool.__all__)
    assert said.count('"def (') == len(xltool.__all__), said
    assert 'Argument 1 to "read" has incompatible type "str"; expected "bytes"' in said


@pytest.mark.parametrize("verb", xltool.__all__)
def test_examples_of_the_verbs(verb):
    samples = catalog.data_folder("samples") / "2024"
    names = {
        "xltool": xltool,
        "sample": (samples / "654221-015.json").read_bytes(),
        "wrong": (samples / "654221-102.json").read_bytes(),
    }
    [example] = doctest.DocTestFinder(recurse=False).find(getattr(api, verb), verb, api, globs=names)
    assert example.examples, f"{verb} has no example"
    told = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(example, out=told.append)
    assert not told, "".join(told)


def test_the_licence_is_named_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0" and project["license-files"] == ["LICENSE"]
    assert "SPDX: Apache-2.0" in (ROOT / "LICENSE").read_text("utf-8")
