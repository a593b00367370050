"""The lines above and below a report in which the fields of the paper form stand: 单位负责人：甲　　填表人：乙."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from xltool.forms.field_kinds import take_field
from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Text

_ROOM: Final = re.compile(r"[\s_＿□]*(?:年\s*月\s*日)?")
"""What stands where nothing was given."""


def read_field_line(spec: FormSpec, line: str) -> Mapping[str, str] | None:
    """The texts of the fields that stand in such a line, by their keys; None for any other line."""
    line = line.strip()
    for fields, labels in _list_fields(spec):
        found = _find_labels(line, labels)
        if found is None or found[0].start():
            continue
        ends = [*(match.start() for match in found[1:]), len(line)]
        said = [line[match.end() : end] for match, end in zip(found, ends, strict=True)]
        told = {text.key: _take_content(text, each.rstrip()) for text, each in zip(fields, said, strict=True)}
        return {key: content for key, content in told.items() if content}
    return None


def _find_labels(line: str, labels: Sequence[re.Pattern[str]]) -> list[re.Match[str]] | None:
    """Each label where it first stands behind the one before; None where one does not."""
    found: list[re.Match[str]] = []
    for label in labels:
        match = label.search(line, found[-1].end() if found else 0)
        if match is None:
            return None
        found.append(match)
    return found


@derive_once
def _list_fields(spec: FormSpec) -> tuple[tuple[tuple[Text, ...], tuple[re.Pattern[str], ...]], ...]:
    """The fields above and below the report, and how the label of each is printed before what is given."""
    lines = [tuple(text for text in spec.texts if text.place == place) for place in ("head", "foot")]
    return tuple(
        (fields, tuple(re.compile(rf"{re.escape(text.label)}\s*[:：]") for text in fields))
        for fields in lines
        if fields
    )


def _take_content(text: Text, said: str) -> str:
    """What was given in a field; '' for nothing but room to write."""
    return "" if _ROOM.fullmatch(said) else take_field(text, said.strip(), text.label)[0]
