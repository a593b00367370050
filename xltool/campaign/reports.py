"""The reports of a campaign's agencies.

What each file is called, and what is left of reports that are no longer to be published.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xltool import __version__
from xltool.campaign.documents import find_standing
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_versions import Version
from xltool.campaign.names import report_name
from xltool.campaign.priors import dump_earlier
from xltool.campaign.roster import Roster
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.forms import catalog
from xltool.forms.document_parts import read_parts
from xltool.messages import list_addresses
from xltool.model import Agency, CellKey, FormSpec, Submission
from xltool.report.gaps import Gaps, find_gaps, put_slashes
from xltool.report.printing import REPORT_KINDS, STYLE
from xltool.workbook.layout_plan import make_plan

USUAL: Final = tuple(suffix for suffix, kind in REPORT_KINDS.items() if kind.is_usual)
"""What an office publishes: the document and the page."""
_STYLE: Final = "report.style"
"""What the campaign calls the style of its reports among its facts."""


def plan_paths(campaign: Campaign, roster: Roster, kind: str) -> Mapping[str, Path]:
    """Where each agency's report goes, by code; agencies of one name are told apart by their codes."""
    names = {entry.agency.code: report_name(campaign, entry.agency, kind) for entry in roster.entries}
    many = Counter(names.values())
    folder = campaign.root / campaign.layout.reports
    return {code: folder / (name if many[name] == 1 else f"{code}_{name}") for code, name in names.items()}


@dataclass(frozen=True, slots=True)
class LentStyle:
    """The document of the office's own whose styles its reports have got: where it lay, the SHA-256 of its bytes."""

    path: Path
    sha256: str


def find_style(store: Store) -> LentStyle | None:
    """The style with which the reports were made last; None where it was xltool's own."""
    kept = store.remembered(_STYLE)
    return LentStyle(Path((noted := json.loads(kept))["path"]), noted["sha256"]) if kept else None


def note_style(store: Store, style: LentStyle | None) -> None:
    """Notes with which style the reports are made from now on."""
    facts = None if style is None else {"path": str(style.path.absolute()), "sha256": style.sha256}
    store.note_fact(_STYLE, "" if facts is None else json.dumps(facts, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Blanks:
    """What an accepted agency left out: the cells whose blanks were let pass, and whether anything is left out at all.

    A blank that was let pass is printed as / where the form allows that.
    """

    waived: tuple[CellKey, ...] = ()
    any: bool = False


def find_blanks(standing: Standing) -> Blanks:
    """What the findings of an agency tell of what it left out."""
    blank = [
        (str(cell["key"]), verdict.waiver is not None)
        for verdict in standing.findings
        for cell in verdict.finding["cells"]
        if cell["value"] is None
    ]
    left_out = bool(blank) or any(verdict.code in _LEFT_OUT for verdict in standing.findings)
    return Blanks(tuple(sorted({key for key, waived in blank if waived})), left_out)


@dataclass(frozen=True, slots=True)
class PreparedReport:
    """What a report prints: a submission with `/` in place of the blanks that may be that, in `slashed` cells.

    `gaps` are what still keeps it from being published.
    """

    submission: Submission
    slashed: frozenset[CellKey]
    gaps: Gaps


def prepare_report(spec: FormSpec, submission: Submission, blanks: Blanks) -> PreparedReport:
    """What the report of a return prints, with what was let pass of it."""
    filled, slashed = put_slashes(spec, submission, blanks.waived)
    return PreparedReport(filled, slashed, find_gaps(spec, filled))


def describe_gaps(spec: FormSpec, gaps: Gaps) -> str:
    """What keeps a report from being published, in a few words."""
    said = [f"{len(gaps.cells)} 格空着（{list_addresses(gaps.cells, make_plan(spec).place).strip()}）"]
    return "，".join([*(said if gaps.cells else []), *(f"“{label}”没有写" for label in gaps.texts)])


_LEFT_OUT: Final = frozenset({"form.empty", "text.missing"})
"""Findings without cells that tell of something that was left out."""


def hash_basis(
    version: Version,
    agency: Agency,
    kind: str,
    *,
    waived: Sequence[CellKey],
    style: LentStyle | None,
    prior: Submission | None,
) -> str:
    """A hash of all that a report rests on.

    What was returned and under which name, the blanks that were let pass, last year, form, style (of those kinds that
    can have one), xltool.
    """
    document = hashlib.sha256(version.submission).hexdigest()
    form = catalog.hash_form(read_parts(version.submission, ["form"])["form"])
    dress = None if style is None or STYLE not in REPORT_KINDS[kind].options else style.sha256
    before = None if prior is None else hashlib.sha256(dump_earlier(prior)).hexdigest()
    facts = [__version__, kind, document, agency.code, agency.name, agency.level, form, dress, before, [*waived]]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def find_outdated(campaign: Campaign, roster: Roster, left: Sequence[Standing]) -> Mapping[str, list[Path]]:
    """By code what agencies that are not accepted have of an earlier version; it is left where it is."""
    places = [plan_paths(campaign, roster, kind) for kind in REPORT_KINDS]
    codes = [standing.entry.agency.code for standing in left]
    return {code: [path for place in places for path in find_standing(place[code])] for code in codes}
