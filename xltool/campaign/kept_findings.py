"""Findings as a version keeps them, and taken back: what is told, counted and sent back rests on these alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xltool import api
from xltool.codes import ACROSS_BROKEN
from xltool.messages import lacks_facts
from xltool.model import CellKey, Finding, FormSpec, Leftover, NotApplicable, Reading, Suspect, Value
from xltool.rules.explanations import name_finding

_REMEDY: Final = "改法："  # where a message goes on from the fault to its mending


def keep_findings(reading: Reading) -> tuple[dict[str, Any], ...]:
    """The findings of a reading as JSON: as `api.describe_finding` gives them, and the facts to tell them from."""
    spec = None if reading.submission is None else api.form(reading.submission.form)
    return tuple(
        {
            **api.describe_finding(found, reading),
            "name": name_finding(found),
            **({"text": key} if (key := find_text_key(spec, found)) else {}),
            "facts": {name: _write_fact(fact) for name, fact in found.data.items()},
            "cause": found.cause,
            "follows": found.follows,
            "together": found.together,
            "scaled": [_write_suspect(suspect) for suspect in found.suspects],
        }
        for found in reading.findings
    )


def restore_finding(kept: Mapping[str, Any], spec: FormSpec) -> Finding:
    """A finding that was kept, as it was found.

    One that an older xltool kept without its facts, or not with all that are told today, or of a cell or rule that the
    form has no more, stands alone and is told in the words of then.
    """
    rule = kept["name"] if kept["rule"] else None
    keys = tuple(cell["key"] for cell in kept["cells"])
    named = {*keys, *(suspect["key"] for suspect in kept["suspects"])}
    if (
        "facts" not in kept
        or not named <= spec.order.keys()
        or (rule is not None and kept["code"] != ACROSS_BROKEN and all(rule != known.name for known in spec.rules))
    ):
        return _tell_as_then(kept, spec)
    found = Finding(
        kept["code"],
        kept["severity"],
        keys,
        rule,
        {name: _read_fact(name, fact) for name, fact in kept["facts"].items()},
        tuple(_read_suspect(*each) for each in kept["scaled"]),
        kept["together"],
        kept["cause"],
        kept["follows"],
    )
    return _tell_as_then(kept, spec) if lacks_facts(found) else found


def _tell_as_then(kept: Mapping[str, Any], spec: FormSpec) -> Finding:
    """A finding that stands alone, in the words of then."""
    known = tuple(cell["key"] for cell in kept["cells"] if cell["key"] in spec.order)
    return Finding(kept["code"], kept["severity"], known, data={"told": split_message(kept["message"])})


def split_message(message: str) -> tuple[str, str]:
    """What is wrong, and what to do about it with the basis."""
    said, _, remedy = message.partition(_REMEDY)
    return said, remedy


def find_text_key(spec: FormSpec | None, found: Finding) -> str | None:
    """Which text a finding is about, for a word that lets it pass as long as that text stands; None for others."""
    told = {found.data.get("label"), found.data.get("where")}
    texts = () if spec is None or (found.keys and "text" not in found.data) else spec.texts
    return next((text.key for text in texts if not told.isdisjoint({text.label, f"“{text.label}”"})), None)


def _write_fact(fact: Any) -> Any:
    if isinstance(fact, NotApplicable):
        return "/"
    if isinstance(fact, Mapping):
        return {key: _write_fact(each) for key, each in fact.items()}
    return [_write_fact(each) for each in fact] if isinstance(fact, tuple | list) else fact


def _read_fact(name: str, fact: Any) -> Any:
    if name == "unread":
        return tuple(Leftover(*each) for each in fact)
    if name == "values":
        return {key: _read_value(value) for key, value in fact.items()}
    return tuple(fact) if isinstance(fact, list) else fact


def _read_value(value: Any) -> Value:
    return NotApplicable.SLASH if value == "/" else value


def _write_suspect(suspect: Suspect) -> list[Any]:
    return [suspect.key, _write_fact(suspect.value), suspect.proposed, suspect.why, suspect.likely]


def _read_suspect(key: CellKey, value: Any, proposed: int, why: str, likely: bool) -> Suspect:
    return Suspect(key, _read_value(value), proposed, why, likely)
