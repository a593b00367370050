"""The typefaces of an official document by name, what may stand in for each, and which of them a computer has."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from shutil import which
from typing import Final

Face = tuple[str, ...]
"""One typeface: the name that offices use, then the names under which programs may know it."""

_SECONDS: Final = 20
_SERIF: Final = ("Noto Serif CJK SC", "Source Han Serif SC", "思源宋体")
_SANS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "思源黑体")


@dataclass(frozen=True, slots=True)
class FaceChain:
    """The typefaces for one kind of text in the order of preference; the first is the one that is prescribed."""

    use: str
    faces: tuple[Face, ...]
    family: str  # what kind of font it is, as Word's font table says it

    @property
    def names(self) -> tuple[str, ...]:
        """All names in order."""
        return tuple(name for face in self.faces for name in face)


TITLE: Final = FaceChain(
    "标题",
    (("方正小标宋简体", "FZXiaoBiaoSong-B05S"), ("华文中宋", "STZhongsong"), ("宋体", "SimSun"), _SERIF),
    "roman",
)
BODY: Final = FaceChain(
    "正文", (("仿宋_GB2312", "FangSong_GB2312"), ("仿宋", "FangSong"), ("华文仿宋", "STFangsong"), _SERIF), "modern"
)
LEVEL1: Final = FaceChain("一级标题", (("黑体", "SimHei"), ("华文黑体", "STHeiti"), _SANS), "modern")
LEVEL2: Final = FaceChain(
    "二级标题", (("楷体_GB2312", "KaiTi_GB2312"), ("楷体", "KaiTi"), ("华文楷体", "STKaiti"), _SERIF), "modern"
)
TABLE: Final = FaceChain("表格", (("宋体", "SimSun"), ("华文宋体", "STSong"), _SERIF), "roman")
CHAINS: Final = (TITLE, BODY, LEVEL1, LEVEL2, TABLE)

LATIN: Final = ("Times New Roman", "Liberation Serif", "Tinos", "Nimbus Roman", "Libertinus Serif")
"""For figures and letters: it or its metric twin is on nearly every computer; the last comes with typst."""


@dataclass(frozen=True, slots=True)
class FaceChoice:
    """What a chain comes to on one computer: the face in use, under the name that was found, or nothing."""

    chain: FaceChain
    name: str | None

    @property
    def prescribed(self) -> bool:
        """Whether it is the face that the standard asks for."""
        return self.name in self.chain.faces[0]


def find_present(names: Iterable[str], installed: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are installed, in their order; case does not matter."""
    known = {name.casefold() for name in installed}
    return tuple(name for name in names if name.casefold() in known)


def choose_faces(installed: Iterable[str]) -> tuple[FaceChoice, ...]:
    """For each chain the face that is used where these families are installed."""
    known = tuple(installed)
    return tuple(FaceChoice(chain, next(iter(find_present(chain.names, known)), None)) for chain in CHAINS)


def describe_replaced(installed: Iterable[str]) -> str:
    """One sentence about the prescribed faces that are not there and what stands in for them; empty when all are."""
    words = []
    for choice in choose_faces(installed):
        if not choice.prescribed:
            instead = f"用 {choice.name}" if choice.name else "没有合适的字体，由程序另选"
            words.append(f"{choice.chain.use}的{choice.chain.faces[0][0]}（{instead}）")
    return f"这台电脑上没有规定的字体，PDF 中已代替：{'、'.join(words)}。装上这些字体后重新生成即可。" if words else ""


def describe_lacking(installed: Iterable[str]) -> str:
    """One sentence about the prescribed faces that are not there, where another program chooses what stands in.

    Empty when all are.
    """
    names = [
        f"{choice.chain.use}的{choice.chain.faces[0][0]}" for choice in choose_faces(installed) if not choice.prescribed
    ]
    return (
        f"这台电脑上没有规定的字体：{'、'.join(names)}，由 LibreOffice 另选。装上这些字体后重新生成即可。"
        if names
        else ""
    )


@cache
def list_system_families() -> frozenset[str] | None:
    """The families that the system knows, under all their names; None when it cannot be asked."""
    if sys.platform == "win32":
        return _list_registered()
    program = which("fc-list")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, ":", "family"], capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return frozenset(
        name.strip() for line in done.stdout.decode("utf-8", "replace").splitlines() for name in line.split(",")
    )


def _list_registered() -> frozenset[str]:
    """The fonts in the registry of Windows.

    Its entries read `FangSong (TrueType)` or `SimSun & NSimSun (TrueType)`.
    """
    names: set[str] = set()
    if sys.platform == "win32":
        import winreg

        for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            try:
                with winreg.OpenKey(root, r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts") as key:
                    entries = [winreg.EnumValue(key, at)[0] for at in range(winreg.QueryInfoKey(key)[1])]
            except OSError:
                continue
            names.update(name.strip() for entry in entries for name in entry.partition(" (")[0].split("&"))
    return frozenset(names)
