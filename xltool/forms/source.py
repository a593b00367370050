"""TOML with positions.

Every string of a definition knows where it stands, so that a fault can be shown like a compiler's.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from xltool.forms.fault_words import wants_chinese, word_fault
from xltool.forms.text import measure_breadth
from xltool.forms.toml_slips import explain_syntax

_TOKEN: Final = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
_MARK: Final = re.compile("\ue000([0-9]+)\ue001")
_HEAD: Final = re.compile(r"\s*\[")
_NO_TOML: Final = "not TOML: "
_WHERE: Final = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")


LONGEST_LINE: Final = 300
"""How much of a faulty line is shown."""
LARGEST_TOML: Final = 2**20
"""Bytes of a definition or of what an office writes by hand; the forms that come with the program have 20,000."""
MOST_FAULTS: Final = 100
"""How many faults of one file are told one by one; of the others only how many they are."""


class LocatedText(str):
    """A string of a definition and the offset of its first character in the source."""

    offset: int = 0

    @classmethod
    def at(cls, text: str, offset: int) -> LocatedText:
        """The text, remembering where it stands."""
        located = cls(text)
        located.offset = offset
        return located


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a definition.

    Where it stands (1-based), what is wrong, and a hint such as the nearest known name.
    """

    line: int
    column: int
    message: str
    hint: str = ""


class Source:
    """The text of one definition: parses it and turns offsets into lines with a caret.

    `more` says in the words of its readers how many faults are not told.
    """

    def __init__(self, text: str, name: str, more: str = "and {count} more") -> None:
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.name, self.more = name, more
        self.faults: list[Fault] = []
        self.untold = 0  # faults beyond the most that are told
        self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def parse(self) -> dict[str, Any] | None:
        """The document with `LocatedText` strings, or None with one fault when it is not TOML."""
        try:
            document: dict[str, Any] = _unmark(tomllib.loads(_TOKEN.sub(self._mark, self.text)))
            return document
        except (ValueError, RecursionError):  # TOMLDecodeError, or a number of thousands of digits
            return self._parse_unmarked()

    def fault(
        self,
        where: int | str | Callable[[], int] | None,
        message: str,
        hint: str | Callable[[], str] = "",
    ) -> None:
        """Notes a fault at an offset, a located string, or the first line that assigns a bare key of that name.

        A place or a hint that takes a search is given as a function, which is asked only while faults are still told.
        """
        if len(self.faults) >= MOST_FAULTS:
            self.untold += 1
            return
        offset = self._offset(where() if callable(where) else where)
        line = bisect_right(self._starts, offset)
        fault = Fault(line, offset - self._starts[line - 1] + 1, message, hint() if callable(hint) else hint)
        if fault not in self.faults:
            self.faults.append(fault)

    @property
    def count(self) -> int:
        """How many faults were noted, told or not."""
        return len(self.faults) + self.untold

    def after(self, where: int | str | None, key: str) -> int:
        """The offset of the first `key =` at or behind the line of a place, for values that are not strings."""
        start = self._line_start(self._offset(where))
        match = re.compile(rf"(?<![\w-]){re.escape(key)}\s*=").search(self.text, start) or self._header(key, start)
        return match.start() if match else self._offset(where)

    def render(self) -> str:
        """All faults as a compiler shows them: file, line, column, the line itself, a caret, a hint.

        In the language of whoever looks, as `fault_words.wants_chinese` knows it.
        """
        lines, chinese = self.text.split("\n"), wants_chinese()
        shown = []
        for fault in sorted(self.faults, key=lambda f: (f.line, f.column)):
            line = lines[fault.line - 1][:LONGEST_LINE] if fault.line <= len(lines) else ""
            message, hint = fault.message, fault.hint
            if chinese:
                message = explain_syntax(message, line) if message.startswith(_NO_TOML) else word_fault(message)
                hint = word_fault(hint)
            indent = "".join(
                "\u3000" if measure_breadth(c, doubtful=1) == 2 else c if c == "\t" else " "
                for c in line[: fault.column - 1]
            )
            margin = " " * len(str(fault.line))
            shown.append(
                f"{self.name}:{fault.line}:{fault.column}: {message}\n {fault.line} | {line}\n {margin} | {indent}^"
            )
            if hint:
                shown.append(f" {margin} = {hint}")
        if self.untold:
            more = self.more.format(count=self.untold)
            shown.append(word_fault(more) if chinese else more)
        return "\n".join(shown)

    def _parse_unmarked(self) -> dict[str, Any] | None:
        """The document as it is, for the true place of its fault: marks shift columns."""
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            match = _WHERE.search(str(error))
            line, column = (int(match[1]), int(match[2])) if match else (self.text.count("\n") + 1, 1)
            self.faults.append(Fault(line, column, f"{_NO_TOML}{_WHERE.sub('', str(error)).strip()}"))
            return None

    def _header(self, key: str, start: int) -> re.Match[str] | None:
        return re.compile(rf"(?<=\[){re.escape(key)}(?=[.\]])").search(self.text, start)

    def _line_start(self, offset: int) -> int:
        return self._starts[bisect_right(self._starts, offset) - 1]

    def _offset(self, where: int | str | None) -> int:
        if isinstance(where, int):
            return where
        if isinstance(where, LocatedText):
            return where.offset
        return self.after(0, where) if where else 0

    def _mark(self, match: re.Match[str]) -> str:
        token = match[0]
        start = self._line_start(match.start())
        heads = _HEAD.match(self.text, start) is not None and self.text.find("=", start, match.start()) < 0
        following = self.text[match.end() : match.end() + 80].lstrip(" \t")[:1]
        if token.startswith("#") or following in {"=", "."} or heads:
            return token  # a comment, or a key within quotes
        quotes = 3 if token.startswith(('"""', "'''")) else 1
        offset = match.start() + quotes
        return f"{token[:quotes]}\ue000{offset}\ue001{token[quotes:]}"


def find_closest(name: str, known: Iterable[str]) -> str:
    """The known name that is nearest to a mistyped one, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def suggest_nearest(name: str, known: Iterable[str]) -> str:
    """The hint `did you mean …?`, or nothing when no known name is near."""
    match = find_closest(name, known)
    return f"did you mean '{match}'?" if match else ""


def _unmark(node: Any) -> Any:
    if isinstance(node, dict):
        return {_MARK.sub("", key): _unmark(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_unmark(item) for item in node]
    if isinstance(node, str):
        match = _MARK.match(node)
        if match:
            text = node[match.end() :]
            return LocatedText.at(text.removeprefix("\n"), int(match[1]) + text.startswith("\n"))
    return node
