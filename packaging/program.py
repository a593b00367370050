"""What the built program runs: `xltool`, and under the name 办公台 the office page.

A double click calls it with nothing, a folder dragged onto it with that folder; whatever went wrong then stays on the
screen until it was read.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

OFFICE = "办公台"


def give_back_environment() -> None:
    """Programs that are called from here (browser, LibreOffice) find the libraries of their own system, not ours."""
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        former = os.environ.pop(f"{name}_ORIG", None)
        if former is not None:
            os.environ[name] = former
        elif name in os.environ:
            del os.environ[name]


def open_office(arguments: list[str]) -> None:
    """Opens the office page: of a folder, or with the list of campaigns."""
    from xltool.cli import main

    folder = arguments[0] if arguments else ""
    try:
        main(["serve", *(["-C", folder] if folder else [])], prog_name="xltool")
    except SystemExit as done:
        if done.code and sys.stdin is not None and sys.stdin.isatty():
            input("办公台没有打开，原因见上面。按回车键关闭。")
        raise


if __name__ == "__main__":
    multiprocessing.freeze_support()
    give_back_environment()
    given = sys.argv[1:]
    if Path(sys.executable).stem == OFFICE and (not given or Path(given[0]).is_dir()):
        open_office(given)
    else:
        from xltool.cli import main

        main(prog_name="xltool")
