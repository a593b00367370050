"""How this very xltool is called again, in a process of its own: by the pages, and by what opens them."""

from __future__ import annotations

import sys


def find_program() -> tuple[str, ...]:
    """The program and what it is told before a command: this interpreter, or the one program that holds everything.

    An interpreter does not look for modules where it is called (`-P`): in a campaign's folder lie the files of others.
    """
    if is_bundle():
        return (sys.executable,)
    return (sys.executable, "-P", "-m", "xltool")


def is_bundle() -> bool:
    """Whether this is the one folder that holds everything, made by PyInstaller (`packaging`)."""
    return bool(getattr(sys, "frozen", False))


def advise_install(package: str) -> str:
    """How a library that is lacking is had, without a stop: into the one folder nothing can be installed."""
    if is_bundle():
        return "这份程序里缺了它，不能另装：重新解压一份完整的 xltool 文件夹"
    return f'运行 pip install "{package}"'
