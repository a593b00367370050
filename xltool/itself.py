"""How this very xltool is called again, in a process of its own: by the pages, and by what opens them."""

from __future__ import annotations

import sys


def find_program() -> tuple[str, ...]:
    """The program and what it is told before a command: this interpreter, or the one program that holds everything.

    An interpreter does not look for modules where it is called (`-P`): in a campaign's folder lie the files of others.
    """
    if getattr(sys, "frozen", False):  # by PyInstaller: `packaging`
        return (sys.executable,)
    return (sys.executable, "-P", "-m", "xltool")
