"""The 说明 that an agency gave beside its workbook and not in it: kept in the archive, under the workbook's hash.

What is kept there counts as if it stood on the 校验 of that workbook, whose own bytes stay as they came: whoever reads
these bytes, at first or again, puts the answers to what was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.campaign.weighed import WeighedFinding
from xltool.model import Finding, FormSpec, Submission
from xltool.rules.explanations import find_line
from xltool.workbook.layout_plan import make_plan

LONGEST_ANSWER: Final = 1_000
"""Characters of one 说明."""
_ENDING: Final = ".说明.json"
"""How the names in the archive end behind the workbook's hash; no workbook's own name there does."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The 说明 on one line of 校验: by whom, when (ISO), and from which address it came."""

    line: str
    text: str
    person: str
    at: str
    address: str


@cache
def list_lines(spec: FormSpec) -> frozenset[str]:
    """The lines of 校验 that may be explained, by their names."""
    return frozenset(make_plan(spec, prior=True, controls=True).explanations)


def find_asked_line(spec: FormSpec, verdict: WeighedFinding) -> str:
    """The line of 校验 on which a finding is to be explained; empty where it has none."""
    keys = [str(cell["key"]) for cell in verdict.finding["cells"]]
    return find_line(verdict.code, verdict.name, keys, list_lines(spec))


def keep_answers(campaign: Campaign, sha256: str, given: Iterable[GivenAnswer]) -> None:
    """Keeps answers beside the workbook of a hash, whole and on the disk, each in place of an earlier one on its line.

    Raises `XltoolError` when they cannot be written.
    """
    known = {each.line: each for each in read_answers(campaign, sha256)}
    kept = known | {each.line: each for each in given}
    if kept != known:
        listed = [asdict(kept[line]) for line in sorted(kept)]
        data = {"workbook": sha256, "answers": listed, "hash": _hash_answers(sha256, listed)}
        files.write_file(_locate(campaign, sha256), json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n")


def read_answers(campaign: Campaign, sha256: str) -> Sequence[GivenAnswer]:
    """The answers beside the workbook of a hash; none where they are not as they were kept, which `doctor` tells."""
    return _parse_answers(_locate(campaign, sha256)) or ()


def list_answered(campaign: Campaign) -> list[str]:
    """The hashes of the workbooks beside which anything is kept."""
    return [path.name.removesuffix(_ENDING) for path in _list_places(campaign)]


def find_damaged_answers(campaign: Campaign) -> list[str]:
    """The names in the archive of answers that are not as they were kept."""
    return [path.name for path in _list_places(campaign) if _parse_answers(path) is None]


def explain_submission(spec: FormSpec, submission: Submission, answers: Iterable[GivenAnswer]) -> Submission:
    """A submission with answers on the lines that its form has, as if they stood in its workbook."""
    told = {each.line: each.text for each in answers if each.line in list_lines(spec)}
    return replace(submission, explanations={**submission.explanations, **told}) if told else submission


def _locate(campaign: Campaign, sha256: str) -> Path:
    return campaign.root / campaign.layout.archive / f"{sha256}{_ENDING}"


def _list_places(campaign: Campaign) -> list[Path]:
    return sorted((campaign.root / campaign.layout.archive).glob(f"{'[0-9a-f]' * 64}{_ENDING}"))


def _parse_answers(path: Path) -> Sequence[GivenAnswer] | None:
    """What a file keeps; nothing where there is none, None where it is not as it was written."""
    if not path.exists():
        return ()
    data = files.read_file(path)
    if not isinstance(data, Finding):
        with suppress(ValueError, TypeError, KeyError):
            document: Mapping[str, Any] = json.loads(data)
            listed, sha256 = document["answers"], path.name.removesuffix(_ENDING)
            if document["hash"] == _hash_answers(sha256, listed):
                return [GivenAnswer(**each) for each in listed]
    return None


def _hash_answers(sha256: str, listed: Sequence[Mapping[str, str]]) -> str:
    facts = json.dumps([sha256, *(sorted(each.items()) for each in listed)], ensure_ascii=False)
    return hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()
