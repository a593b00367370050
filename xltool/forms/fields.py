"""Takes the fields of one TOML table by type, noting what is missing, of another type, unknown, or no fit name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from xltool.forms import grammar
from xltool.forms.choices import MOST_WORDED, are_too_many, expand_words
from xltool.forms.instead import advise_id
from xltool.forms.operators import OPERATORS
from xltool.forms.source import LocatedText, Source, suggest_nearest

_RESERVED: Final = (
    "prior",
    "sum",
    grammar.PART_OF,
    *grammar.CONDITION_WORDS,
    *(sign for sign in OPERATORS if sign.isalpha()),
)


class Fields:
    """The fields of one TOML table: each is asked for once, by type.

    `close` then tells of those that nobody asked for.
    """

    def __init__(self, source: Source, data: dict[str, Any], what: str) -> None:
        self.source, self.data, self.what = source, data, what
        self._known: list[str] = []
        each = (item for value in data.values() for item in (value if isinstance(value, list) else [value]))
        self.anchor = next((item for item in each if isinstance(item, LocatedText)), None)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, str, "a string", default)
        if isinstance(value, str) and default is None and not value.strip():
            self.fault(key, f"'{key}' of {self.what} must not be empty")
        return value if isinstance(value, str) else ""

    def wording(self, key: str) -> str:
        """A text that must be given and may be empty: what is printed in a place where nothing may be printed."""
        return str(self._take(key, str, "a string", None) or "")

    def wordings(self, key: str) -> tuple[str, ...]:
        """Texts that may be empty, given in a list or as one alone; none where the field is not there."""
        value = self.data.get(key)
        return (self.text(key, ""),) if isinstance(value, str) else tuple(self.texts(key, []))

    def integer(self, key: str, default: int | None = None) -> int:
        value = self._take(key, int, "a whole number", default)
        return value if isinstance(value, int) else 0

    def flag(self, key: str) -> bool:
        return bool(self._take(key, bool, "true or false", False))

    def flag_or_text(self, key: str) -> tuple[bool, str]:
        """What is said with true or false, or in words, such as a condition: one of both, the other is false or ''."""
        return (False, self.text(key)) if isinstance(self.data.get(key), str) else (self.flag(key), "")

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        return [item for item in self._list(key, default) if self._is(key, item, str, "strings")]

    def words(self, key: str, default: list[str] | None = None) -> list[str]:
        """Texts of which each may stand for several of one shape, all of them; none, and a fault, where too many."""
        return self._expand(key, self.texts(key, default))

    def tables(self, key: str, default: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        return [item for item in self._list(key, default) if self._is(key, item, dict, "tables")]

    def integers(self, key: str, default: list[int] | None = None) -> list[int]:
        return [item for item in self._list(key, default) if self._is(key, item, int, "whole numbers")]

    def table(self, key: str) -> dict[str, Any]:
        """The table `[key]`, empty where there is none."""
        return dict(self._take(key, dict, "a table", {}))

    def lists(self, key: str) -> list[tuple[str, ...]]:
        """Lists of texts, none where the field is not there."""
        found = [item for item in self._list(key, []) if self._is(key, item, list, "lists of strings")]
        for item in found:
            for each in item:
                self._is(key, each, str, "lists of strings")
        return [tuple(map(str, item)) for item in found]

    def word_lists(self, key: str) -> list[list[str]]:
        """Lists of such texts, none where the field is not there."""
        return [self._expand(key, each) for each in self.lists(key)]

    def named_tables(self, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The tables `[key.name]`, with their names."""
        for name, value in (self._take(key, dict, "named tables", None) or {}).items():
            if self._is(key, value, dict, "named tables"):
                yield name, value

    def identifier(self, key: str, pattern: re.Pattern[str] = grammar.IDENTIFIER) -> str:
        value = self.text(key)
        if value and (value in _RESERVED or not pattern.fullmatch(value)):
            marks = " or ".join(f"'{mark}'" for mark in "_-." if pattern.fullmatch(f"a{mark}b"))
            told = f"'{value}' cannot be an id: lower-case words and digits joined by single {marks}"
            self.fault(key, f"{told}, and not {', '.join(_RESERVED)}", advise_id(value, pattern))
        return value

    def fault(self, key: str, message: str, hint: str = "") -> None:
        """Notes a fault at the value of a field."""
        value = self.data.get(key)
        self.source.fault(
            value if isinstance(value, LocatedText) else partial(self.source.after, self.anchor, key), message, hint
        )

    def allow(self, key: str) -> None:
        """A field that somebody else reads."""
        self._known.append(key)

    def close(self) -> None:
        for key in self.data:
            if key not in self._known:
                self.source.fault(
                    partial(self.source.after, self.anchor, key),
                    f"{self.what} has no field '{key}'",
                    partial(suggest_nearest, key, self._known),
                )

    def _expand(self, key: str, written: Sequence[str]) -> list[str]:
        if are_too_many(written):
            self.fault(key, f"the choices in '{key}' of {self.what} make too many words: more than {MOST_WORDED} signs")
            return []
        return [*expand_words(written)]

    def _list(self, key: str, default: list[Any] | None) -> list[Any]:
        value = self._take(key, list, "a list", default)
        return value if isinstance(value, list) else []

    def _is(self, key: str, item: Any, kind: type, word: str) -> bool:
        fits = _has_type(item, kind)
        if not fits:
            self.fault(key, f"'{key}' of {self.what} must hold {word} only")
        return fits

    def _take(self, key: str, kind: type, word: str, default: Any) -> Any:
        self._known.append(key)
        if key not in self.data:
            if default is None:
                self.source.fault(self.anchor, f"{self.what} lacks '{key}' ({word})")
            return default
        value = self.data[key]
        if not _has_type(value, kind):
            self.fault(key, f"'{key}' of {self.what} must be {word}")
            return default
        return value


def require_unique(source: Source, what: str, names: Sequence[str], alike: Callable[[str], str] = str) -> None:
    """Notes a fault for every name that stands twice; `alike` makes one of names that differ in nothing that counts."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.get(alike(name)) if name else None
        if first is not None:
            source.fault(name, f"'{name}' is given twice as {what}{'' if first == name else f', as {first!r} too'}")
        seen.setdefault(alike(name), name)


def _has_type(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
