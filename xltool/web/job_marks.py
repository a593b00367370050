"""What stands in a campaign's folder while a job is at work, so that one whose office page was killed is told of.

A mark is a small file that names the process at whose page the job was begun. It is a comfort and no more: where none
can be written, nothing is told.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from xltool import files
from xltool.messages import XltoolError


def locate_mark(root: Path, command: str) -> Path:
    """The file that stands in a campaign's folder while a command is at work there for a page."""
    return root / f".job-{command}"


def put_mark(root: Path, command: str) -> None:
    """Notes that a command is at work now, unless another page has noted that."""
    mark = locate_mark(root, command)
    if root.is_dir() and not mark.exists():
        said = f"{files.name_process()} {datetime.now().isoformat(timespec='seconds')}\n"
        with suppress(XltoolError, OSError):
            files.write_file(mark, said.encode("ascii"))


def clear_mark(root: Path, command: str) -> None:
    """Takes the mark away that this process has put there."""
    mark = locate_mark(root, command)
    with suppress(OSError):
        if _read_mark(mark)[0] == files.name_process():
            mark.unlink()


def take_broken(root: Path, command: str) -> str:
    """When a command began (ISO) whose page is gone without having seen its end; its mark is taken away.

    Empty where there is none such.
    """
    mark = locate_mark(root, command)
    with suppress(OSError):
        maker, began = _read_mark(mark)
        if maker and maker != files.name_process() and files.was_left(mark, maker):
            mark.unlink()
            return began
    return ""


def _read_mark(mark: Path) -> tuple[str, str]:
    """Who put a mark and when; empty where there is none, or what stands there is none of ours."""
    data = files.read_file(mark) if mark.is_file() else None
    maker, _, began = (
        data.decode("ascii", "replace").strip().partition(" ") if isinstance(data, bytes) else ("", "", "")
    )
    return maker, began
