"""Whether a word that lets a finding pass still holds: it is about figures, a text or a version, and no others.

What a finding rests on is a set of marks, (name of the finding, cell or text, its content): the figures of its cells
and its text, else the version. A waiver keeps the marks of all that it let pass, and holds for a finding whose marks
are among them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from xltool.forms.document_parts import read_parts
from xltool.messages import join_first

Ground: TypeAlias = tuple[str, str, int | float | str | None]
"""The finding's name; a cell's key (`form:key` of another form), a text's, or nothing for a version; its figure as
documents have it, or the hash of the text or of the version's file."""

MOST_CHANGES: Final = 4
"""So many changed cells are named."""


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """A finding of an agency that may pass, by whose word and why, and what it rested on."""

    agency: str
    rule: str
    reason: str
    person: str
    at: str
    marks: frozenset[Ground] = frozenset()

    @property
    def word(self) -> str:
        """Reason and person, as they are quoted."""
        return f"{self.reason}（{self.person}，{self.at[:10]}）"


@dataclass(frozen=True, slots=True)
class Lapse:
    """A waiver that holds no more, and what has changed since it was given."""

    waiver: WaiverRecord
    change: str

    @property
    def sentence(self) -> str:
        """What is told of it."""
        return f"放行失效：{self.waiver.rule}（{self.waiver.word}），{self.change}"


def is_about(rule: str, finding: Mapping[str, Any]) -> bool:
    """Whether a waiver's rule names a finding: at its place, wherever it stands, or by its code."""
    return rule in (finding["name"], finding["rule"], finding["code"])


def mark_finding(finding: Mapping[str, Any], texts: Mapping[str, str], sha256: str) -> frozenset[Ground]:
    """What a finding of a version rests on; `texts` and `sha256` are the version's."""
    name = str(finding["name"])
    marks = {(name, str(cell["key"]), cell["value"]) for cell in finding["cells"]}
    marks |= {(name, _name_other(cell), cell["value"]) for cell in finding.get("others", ())}
    if text := finding.get("text"):
        marks.add((name, str(text), hashlib.sha256(texts.get(text, "").encode()).hexdigest()))
    return frozenset(marks or {(name, "", sha256)})


def mark_findings(
    rule: str, findings: Iterable[Mapping[str, Any]], submission: bytes, sha256: str
) -> frozenset[Ground]:
    """What a waiver of that rule rests on when it is given to a version: all that the version has of it."""
    about = [each for each in findings if each["severity"] != "info" and is_about(rule, each)]
    texts: Mapping[str, str] = read_parts(submission, ["texts"]).get("texts", {}) if about else {}
    return frozenset().union(*(mark_finding(each, texts, sha256) for each in about))


def dump_marks(*marks: frozenset[Ground]) -> str:
    """Marks as the database keeps them."""
    every = sorted(frozenset[Ground]().union(*marks), key=lambda mark: json.dumps(mark, ensure_ascii=False))
    return json.dumps(every, ensure_ascii=False)


def parse_marks(text: str) -> frozenset[Ground]:
    """Marks from what the database keeps."""
    return frozenset((str(name), str(key), value) for name, key, value in json.loads(text))


def find_waivers(
    findings: Sequence[Mapping[str, Any]], waivers: Sequence[WaiverRecord], texts: Mapping[str, str], sha256: str
) -> tuple[list[WaiverRecord | None], list[Lapse]]:
    """For each finding of a version the waiver that holds for it, and the waivers that lapsed: the one judge of both.

    The word on just this finding goes before the word on its rule everywhere, and that before the word on a whole kind.
    What asks for nothing needs none.
    """
    held: list[WaiverRecord | None] = []
    lapsed: dict[str, Lapse] = {}
    for finding in findings:
        about = [w for w in waivers if is_about(w.rule, finding)] if finding["severity"] != "info" else []
        marks = mark_finding(finding, texts, sha256) if about else frozenset()
        names = (finding["name"], finding["rule"], finding["code"])
        holding = sorted((w for w in about if marks <= w.marks), key=lambda w: names.index(w.rule))
        held.append(holding[0] if holding else None)
        for waiver in about if not holding else ():
            before = {key: value for name, key, value in waiver.marks if name == finding["name"]}
            keys = {str(cell["key"]) for cell in finding["cells"]} | set(map(_name_other, finding.get("others", ())))
            if before and not (keys and keys.isdisjoint(before)):  # else it was about others, and this is a new one
                lapsed.setdefault(waiver.rule, Lapse(waiver, _word_change(finding, before)))
    return held, list(lapsed.values())


def _word_change(finding: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """What has changed since, cell by cell."""
    changes = []
    cells = [(str(cell["key"]), f"{cell['sheet']} {cell['address']}", cell["value"]) for cell in finding["cells"]]
    for cell in finding.get("others", ()):
        where = f"{cell['form']} 的 {cell['sheet']} {cell['address'] or cell['key']}"
        cells.append((_name_other(cell), where, cell["value"]))
    for key, where, value in cells:
        if key not in before:
            changes.append(f"{where} 是后来才有的问题")
        elif before[key] != value:
            changes.append(f"{where} 放行时{_word_value(before[key])}，现在{_word_value(value)}")
    if not changes:
        return "文字已经改过" if finding.get("text") else "报来了另一版"
    return join_first(changes, MOST_CHANGES, "处", between="；")


def _name_other(cell: Mapping[str, Any]) -> str:
    """A cell or list of another form that a finding rests on, apart from the form's own cells."""
    return f"{cell['form']}:{cell['key']}"


def _word_value(value: Any) -> str:
    return "未填" if value is None else f"是 {value}"
