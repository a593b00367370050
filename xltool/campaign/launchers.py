"""What a clerk double-clicks in a campaign's folder to open its office page: a file for each system.

All three are there from the first, for the folder goes from hand to hand and its next computer has seen no xltool of
ours at work there; each finds its folder by where it lies itself. It calls the program that wrote it, where that is
still to be had, else `xltool` of the search path, else it says what to do and waits. Only the file of the system at
hand names a program: that of another system would be found nowhere.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

from xltool.campaign import opening
from xltool.campaign.documents import Deliverable, Placed, place_documents
from xltool.campaign.folder import Campaign
from xltool.campaign.layout import LINUX_LAUNCHER, MAC_LAUNCHER, WINDOWS_LAUNCHER, find_launcher
from xltool.campaign.store import Store

_TITLE: Final = "打开办公台"
_OPEN: Final = "办公台开着的时候，请不要关这个窗口。"
_LOST: Final = (
    "这台电脑上没有找到 xltool，办公台打不开。",
    "请先装好 xltool，再用它打开这个文件夹一次：把文件夹拖到“办公台”程序上，或执行 xltool serve -C 文件夹。",
    "以后双击这里就能打开。",
)
_FAILED: Final = "办公台没有打开，原因见上面。"
_PRESS: Final = "按回车键关闭。"


def refresh_launchers(campaign: Campaign, program: Sequence[str]) -> list[Placed]:
    """Places them in a campaign whose database nobody has opened yet; raises `XltoolError` where that cannot be.

    So what opens the office page by a double click finds the xltool of this computer the next time.
    """
    with closing(opening.open_store(campaign)) as store:
        return place_launchers(campaign, store, program)


def place_launchers(
    campaign: Campaign, store: Store, program: Sequence[str], *, system: str = sys.platform, replace: bool = False
) -> list[Placed]:
    """Writes those of a campaign for people: that of this system as it is to be now, those of others where they lack.

    `program` is how xltool is called here. A campaign for programs has none.
    """
    if not campaign.has_desk:
        return []
    here = find_launcher(system)
    writers = {WINDOWS_LAUNCHER: write_batch, MAC_LAUNCHER: write_command, LINUX_LAUNCHER: write_entry}
    return place_documents(
        campaign,
        store,
        [
            Deliverable(name, write(program if name == here else ()), executable=name != WINDOWS_LAUNCHER)
            for name, write in writers.items()
            if name == here or not (campaign.root / name).exists()
        ],
        replace=replace,
    )


def write_batch(program: Sequence[str]) -> bytes:
    """The file for Windows, in UTF-8: its first lines, in ASCII, tell so to whatever reads it."""
    known = _can_name(program) and '"' not in program[0]
    name = program[0].replace("%", "%%") if known else ""
    call = " ".join(('"%PROGRAM%"', *program[1:]))
    tried = (
        f'set "PROGRAM={name}"',
        f'if exist "%PROGRAM%" {call} --version >nul 2>nul',
        'if exist "%PROGRAM%" if "%ERRORLEVEL%"=="0" set "WAY=known"',
    )
    lines = [
        "@echo off",
        "setlocal EnableExtensions DisableDelayedExpansion",
        "chcp 65001 >nul",
        f"title {_TITLE}",
        'set "NoDefaultCurrentDirectoryInExePath=1"',  # no program out of this folder
        'set "WAY="',
        'set "CODE=1"',
        'pushd "%~dp0"',  # also of another computer, where `cd` does not go
        *(tried if known else ()),
        'if not defined WAY for %%P in (xltool.exe xltool.bat xltool.cmd) do if not "%%~$PATH:P"=="" set "WAY=path"',
        f"if defined WAY echo {_OPEN}",
        *((f'if "%WAY%"=="known" {call} serve -C .',) if known else ()),
        'if "%WAY%"=="path" call xltool serve -C .',
        'if defined WAY set "CODE=%ERRORLEVEL%"',
        *(f"if not defined WAY echo {line}" for line in _LOST),
        f'if defined WAY if not "%CODE%"=="0" echo {_FAILED}',
        'if not "%CODE%"=="0" pause',
        "popd",
        "exit /b %CODE%",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def write_command(program: Sequence[str]) -> bytes:
    """The file for macOS, a script of the shell."""
    return "".join(f"{line}\n" for line in ("#!/bin/sh", *_list_shell_lines(program))).encode()


def write_entry(program: Sequence[str]) -> bytes:
    """The file for desktops of Linux: the same script in one line, told its own place by the desktop."""
    script = "; ".join(_list_shell_lines(program))
    # Twice quoted: what stands between quotation marks in `Exec`, and any value of such a file.
    quoted = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in script).replace("\\", "\\\\")
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        f"Name={_TITLE}",
        "Comment=在浏览器里办这个文件夹里的填报任务",
        "Icon=x-office-spreadsheet",
        "Terminal=true",
        f'Exec=sh -c "{quoted.replace("%", "%%")}" %k',
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _list_shell_lines(program: Sequence[str]) -> Iterator[str]:
    """The script, each line whole in itself; `$0` is where it lies, for some desktops as an address (file:///…).

    It has no percent sign: desktops differ in how one is written that means itself.
    """
    yield "way= code=1"
    yield 'here=$(dirname -- "$0")'
    yield (
        'try() { [ -z "$way" ] && "$@" --version >/dev/null 2>&1 || return 0; way=found; '
        f'echo {_OPEN}; "$@" serve -C "$here"; code=$?; }}'
    )
    if _can_name(program):
        yield f"try {shlex.join(program)}"
    yield "try xltool"
    for line in _LOST:
        yield f'[ -n "$way" ] || echo {shlex.quote(line)}'
    yield f'[ -z "$way" ] || [ "$code" = 0 ] || echo {_FAILED}'
    yield f'[ "$code" = 0 ] || {{ echo {_PRESS}; read -r way; }}'
    yield 'exit "$code"'


def _can_name(program: Sequence[str]) -> bool:
    """Whether the way to a program can stand in such a file, which is text."""
    return bool(program) and all(part.isprintable() for part in program)
