"""The lines above and below a report in which the fields of the paper form stand: 单位负责人：甲　　填表人：乙."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from xltool.forms.field_kinds import take_field
from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Text

_ROOM: Final = re.compile(r"[\s_＿□]*(?:年\s*月\s*日)?")
"""What stands where nothing was given."""


def read_field_line(spec: FormSpec, line: str) -> Mapping[str, str] | None:
    """The texts of the fields that stand in such a line, by their keys; None for any other line."""
    for fields, pattern in _list_patterns(spec):
        match = pattern.fullmatch(line.strip())
        if match is not None:
            told = {text.key: _take_content(text, said) for text, said in zip(fields, match.groups(), strict=True)}
            return {key: content for key, content in told.items() if content}
    return None


@derive_once
def _list_patterns(spec: FormSpec) -> tuple[tuple[tuple[Text, ...], re.Pattern[str]], ...]:
    """The fields above and below the report, and the line of each that is printed."""
    lines = [tuple(text for text in spec.texts if text.place == place) for place in ("head", "foot")]
    return tuple(
        (fields, re.compile(r"\s*".join(rf"{re.escape(text.label)}\s*[:：](.*?)" for text in fields)))
        for fields in lines
        if fields
    )


def _take_content(text: Text, said: str) -> str:
    """What was given in a field; '' for nothing but room to write."""
    return "" if _ROOM.fullmatch(said) else take_field(text, said.strip(), text.label)[0]
