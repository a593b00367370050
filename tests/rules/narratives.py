"""Sentences in the manner of reports, each with the figures that it states: our own words, and how facts are matched.

A line of a file is a sentence, its facts, and the trap in it. A fact is a name of `NAMES` and a value; `~` behind it is
a qualifier, `@` a scope; in front may stand prior (上年), a year, change, change% or share (`share part/whole`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from xltool.forms import phrases
from xltool.model import FormSpec
from xltool.rules.narrative_grammar import understand_text
from xltool.rules.narrative_statements import Statement

HERE = Path(__file__).parent
GROUPS = {
    "refused": "state_secret other_law security third_party internal process enforcement_file inquiry",
    "unavailable": "not_held not_compiled unclear",
    "declined": "complaint repeat publication excessive confirmation",
    "other": "not_corrected fee_unpaid rest",
}
ROWS = {
    "received": "received", "new": "received", "carried_in": "carried_in", "carried_out": "carried_out",
    "processed": "processed_total", "granted": "granted", "partly": "partly_granted",
    "granted+partly": "granted partly_granted", "taken": "received carried_in", "other_handled": "other_handled",
    **{name: " ".join(f"{name}_{each}" for each in parts.split()) for name, parts in GROUPS.items()},
    **{f"{name}_{each}": f"{name}_{each}" for name, parts in GROUPS.items() for each in parts.split()},
}  # fmt: skip
NAMES = {name: [tuple(f"applications.{row}.total" for row in rows.split())] for name, rows in ROWS.items()}
NAMES |= {
    "handled": [*NAMES["processed"], *NAMES["taken"]],
    "carried": [*NAMES["carried_in"], *NAMES["carried_out"]],
    "natural": [("applications.received.natural_person",)],
    "legal": [
        tuple(f"applications.received.{n}" for n in ("enterprise", "research", "welfare", "legal_services", "other"))
    ],
    "othercol": [("applications.received.other",)],
    **{name: [(f"applications.received.{name}",)] for name in ("enterprise", "research", "welfare", "legal_services")},
    "norm": [("disclosure.normative_documents.issued",), ("disclosure.normative_documents.made",)],
    "reg": [("disclosure.regulations.issued",), ("disclosure.regulations.made",)],
    **{
        f"{short}.{column}": [(f"disclosure.{row}.{column}",)]
        for short, row in (("norm", "normative_documents"), ("reg", "regulations"))
        for column in ("issued", "repealed", "in_force", "made", "published", "published_total")
    },
    **{name: [(f"disclosure.{name}.decisions",)] for name in ("licensing", "penalties", "coercion")},
    "fees": [("disclosure.fees.amount",)],
    "procurement": [("disclosure.procurement.projects",)],
    "procurement.amount": [("disclosure.procurement.amount",)],
}
PARTIES = {"natural": "natural_person", "othercol": "other"}
NAMES |= {  # granted.natural: what was granted, of natural persons
    f"{name}.{party}": [tuple(f"applications.{row}.{PARTIES.get(party, party)}" for row in rows.split())]
    for name, rows in ROWS.items()
    for party in ("natural", "enterprise", "research", "welfare", "legal_services", "othercol")
}
CASES = {"review": ["review"], "lit": ["direct", "after_review"], "direct": ["direct"], "after": ["after_review"],
         "disputes": ["review", "direct", "after_review"]}  # fmt: skip
for _name, _rows in CASES.items():
    for _column in ("total", "upheld", "corrected", "other", "pending"):
        _cells = [tuple(f"disputes.{row}.{_column}" for row in _rows)]
        NAMES[_name if _column == "total" else f"{_name}.{_column}"] = _cells


@dataclass(frozen=True)
class Expected:
    kind: str
    cells: list[tuple[str, ...]]
    value: Decimal
    year: object = None
    qualified: bool = False
    scoped: bool = False
    base: list[tuple[str, ...]] | None = None

    def fits(self, found: Statement) -> bool:
        return (
            found.kind == self.kind
            and found.value == self.value
            and any(set(each) in map(set, found.meaning.cells) for each in self.cells)
            and (found.year == self.year or (self.year is None and isinstance(found.year, int)))
            and bool(found.qualifier) == self.qualified
            and bool(found.scope) == self.scoped
            and (self.base is None or (found.base is not None and not set(self.base).isdisjoint(found.base.cells)))
        )


@dataclass(frozen=True)
class Case:
    text: str
    expected: tuple[Expected, ...]
    trap: str


def list_cells(name: str) -> list[tuple[str, ...]]:
    """The meanings of a name; names joined by + are added up."""
    if name in NAMES:
        return NAMES[name]
    return [tuple(key for part in name.split("+") for key in NAMES[part][0])]


def read_expected(written: str) -> Expected:
    words = written.split()
    scoped, qualified = "@" in words, "~" in words
    words = [word for word in words if word not in "@~"]
    kind, year, base = "figure", None, None
    if words[0] == "prior":
        year = "last"
    elif match := re.fullmatch(r"year(\d+)", words[0]):
        year = int(match[1])
    elif words[0] in {"change", "change%", "share"}:
        kind = "percent" if words[0] == "share" else "change"
    if len(words) == 3:
        words = words[1:]
    name, value = words
    if kind == "percent":
        name, whole = name.split("/")
        base = list_cells(whole)
    return Expected(kind, list_cells(name), Decimal(value), year, qualified, scoped, base)


def read_cases(name: str) -> Iterator[Case]:
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line.strip():
            text, facts, trap = [*line.split("\t"), "", ""][:3]
            yield Case(text, tuple(read_expected(each) for each in facts.split(";") if each.strip()), trap)


def compare(case: Case, spec: FormSpec) -> tuple[int, list[Statement], list[Expected]]:
    """How many facts are found, which were found beyond them, and which were not found."""
    left = list(understand_text(case.text, spec, phrases.load_language(spec)).statements)
    missed = []
    for each in case.expected:
        year_free = [found for found in left if each.fits(found)]
        if year_free:
            left.remove(year_free[0])
        else:
            missed.append(each)
    return len(case.expected) - len(missed), left, missed


def score(cases: list[Case], spec: FormSpec) -> tuple[int, int, int]:
    """Facts found, found beyond, missed."""
    found = [compare(case, spec) for case in cases]
    return sum(each[0] for each in found), sum(len(each[1]) for each in found), sum(len(each[2]) for each in found)
