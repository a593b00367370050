"""Documents that are run: their blocks one after the other in one folder, as a reader would who types them in.

The language of a block says what it is:

- `console`: each line after `$` is run, and what it prints must be what is shown. A `…` stands for anything, alone on
  its line for any lines.
- `sh`: each line is run; `# exit N` at its end is the exit code, otherwise it is 0. What it prints is not shown.
- `python`: run, in one namespace for the whole document; `pycon`: run as doctests are, in the same namespace.
- `sh by hand`: what takes too long for a test, or changes the checkout; `tests/test_contributing.py` holds that it
  could be run.
- any other language: the contents of a file, if the line before it ends with the file's name and a colon (Save it as
  `a.toml`:).

Commands are `xltool`, by the interpreter that runs the tests, and `cp`, `mkdir`, `ls`, `cat`, played by us so that they
work on every system.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
_FENCE = re.compile(r"^```(\S[^\n]*)\n(.*?)^```$", re.S | re.M)
_FILE = re.compile(r"`([^`\s/]+)`:\s*\Z")
BY_CI = "python3 -m venv "
"""How the lines begin that `.ci/run` runs, from nothing: they install."""
SHOWN = 2000
"""How many characters of what a command prints a failure repeats."""
_SETTING = re.compile(r"[A-Z_]+=\S*")


class Block(NamedTuple):
    """One fenced block of a document; `file` is the name of the file that it is, or None."""

    language: str
    text: str
    line: int
    file: str | None


def list_blocks(text: str) -> list[Block]:
    """The fenced blocks of a document in their order."""
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start()) + 1, _name_file(text[: found.start()]))
        for found in _FENCE.finditer(text)
    ]


def pick_blocks(text: str, language: str) -> list[str]:
    """The texts of the blocks of one language."""
    return [block.text for block in list_blocks(text) if block.language == language]


def _name_file(before: str) -> str | None:
    found = _FILE.search(before)
    return None if found is None else found[1]


def run_line(line: str, folder: Path) -> tuple[str, int]:
    """What one command prints, on both streams, and its exit code."""
    words = shlex.split(line, comments=True)
    settings = {}
    while _SETTING.fullmatch(words[0]):
        name, _, settings[name] = words.pop(0).partition("=")
    if words[0] == "xltool":
        environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join(sys.path), **settings}
        command = [sys.executable, "-c", "from xltool.cli import main; main()", *words[1:]]
        done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, timeout=120, check=False)
        return done.stdout.decode() + done.stderr.decode(), done.returncode
    paths = [folder / word for word in words[1:] if not word.startswith("-")]
    match words[0]:
        case "cp":
            shutil.copy(*paths)
        case "mkdir":
            paths[0].mkdir()
        case "rm" if len(words) == 2:  # one file, and no folder with all that is in it
            paths[0].unlink()
        case "ls":
            return "\n".join(sorted(path.name for path in paths[0].iterdir())), 0
        case "cat":
            return paths[0].read_text("utf-8"), 0
        case other:
            raise AssertionError(f"no command that a document may run: {other}")
    return "", 0


def play_session(session: str, folder: Path) -> None:
    """Runs a `console` block; fails where a command prints something else than the document shows."""
    for call in re.split(r"^\$ ", session, flags=re.M)[1:]:
        line, _, shown = call.partition("\n")
        printed, _ = run_line(line, folder)
        lines = ("(?s:.*)" if text == "…" else re.escape(text).replace("…", ".*") for text in shown.strip().split("\n"))
        assert re.fullmatch("\n".join(lines), printed.strip()), (
            f"$ {line}\nprints:\n{printed[:SHOWN]}\nand the document shows:\n{shown}"
        )


def play_commands(commands: str, folder: Path) -> None:
    """Runs an `sh` block; fails where a command ends with another exit code than the document says."""
    for line in commands.splitlines():
        if line.startswith(BY_CI):
            continue
        expected = re.search(r"# .*\bexit (\d+)", line)
        printed, code = run_line(line, folder)
        assert code == (int(expected[1]) if expected else 0), f"{line}\nends with {code}:\n{printed}"


def play(text: str, name: str, folder: Path) -> list[Block]:
    """Runs a document in a folder, from its first block to its last; returns the blocks that are nothing to run."""
    names: dict[str, object] = {}
    others = []
    for block in list_blocks(text):
        match block.language:
            case "console":
                play_session(block.text, folder)
            case "sh":
                play_commands(block.text, folder)
            case "python":
                exec(compile("\n" * block.line + block.text, name, "exec"), names)
            case "pycon":
                example = doctest.DocTestParser().get_doctest(block.text, names, name, name, block.line)
                told: list[str] = []
                doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(
                    example, out=told.append, clear_globs=False
                )
                names |= example.globs
                assert not told, "".join(told)
            case _ if block.file is not None:
                (folder / block.file).write_text(block.text, "utf-8")
            case _:
                others.append(block)
    return others
