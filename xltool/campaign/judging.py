"""How an agency stands by one version, with the words that let something of it pass: the one place that decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from xltool.campaign.kept_decisions import Choice
from xltool.campaign.kept_versions import Version
from xltool.campaign.roster import RosterEntry, is_same_name
from xltool.campaign.standing import Standing
from xltool.campaign.waivers import WaiverRecord, find_waivers, mark_findings
from xltool.campaign.weighed import ANSWERING, find_answers, find_earlier_answers, group_verdicts, weigh_finding
from xltool.forms.document_parts import read_parts
from xltool.model import FormSpec

_OF_NAMES: Final = ("campaign.swapped", "campaign.renamed")
"""Findings about a file that bears another name than its agency's line of the roster."""
_NAMED: Final = ("agency", "scope", "accepted")
_SAID: Final = (*_NAMED, *ANSWERING)
"""What of a document is looked at where something is found in its figures or texts."""
_SETTLED_BY_CHOICE: Final = (*_OF_NAMES, "campaign.misnamed", "stamp.missing")
"""Doubts about whose a file is: the office's word that this version counts, for this name, is the word on them."""


def judge_version(
    spec: FormSpec,
    entry: RosterEntry,
    version: Version,
    waivers: Sequence[WaiverRecord],
    versions: Callable[[str], Sequence[Version]],
) -> Standing:
    """How an agency stands by one version, with the words that let something of it pass.

    `versions` gives all that an agency has returned, which is asked for only where a 说明 may be of an earlier return.
    """
    asks = any(found["severity"] != "info" for found in version.findings)
    document = read_parts(version.submission, _SAID if asks else _NAMED)
    bears = str(document["agency"]["name"])
    if is_same_name(bears, entry.agency.name):  # a roster mended since: these are so no more
        told = tuple(found for found in version.findings if found["code"] not in _OF_NAMES)
        version = version if len(told) == len(version.findings) else replace(version, findings=told)
    held, lapsed = find_waivers(version.findings, waivers, document.get("texts", {}), version.sha256)
    given, before = find_answers(document), find_earlier_answers(version, document, versions)
    verdicts = tuple(
        weigh_finding(finding, waiver, given, before) for finding, waiver in zip(version.findings, held, strict=True)
    )
    left = group_verdicts(spec, [verdict for verdict in verdicts if not verdict.settled])
    grades = Counter(opinion.severity for opinion in left)
    asked = sum(opinion.severity == "warning" and any(verdict.asks for verdict in opinion.verdicts) for opinion in left)
    return Standing(
        entry,
        "returned" if grades["error"] else "open" if asked else "accepted",
        versions=version.number,
        errors=grades["error"],
        warnings=grades["warning"],
        open=asked,
        waived=len(group_verdicts(spec, [verdict for verdict in verdicts if verdict.waiver is not None])),
        file=version.file,
        findings=verdicts,
        version=lighten_version(version),
        scope=document.get("scope", "own"),
        bears=bears,
        accepted=tuple(document.get("accepted", ())),
        lapsed=tuple(lapsed),
    )


def pass_by_choice(entry: RosterEntry, version: Version, choice: Choice | None) -> Iterator[WaiverRecord]:
    """What the choice of a version lets pass: a word on whose it is, for as long as it is that agency's."""
    if choice is not None and choice.number == version.number and is_same_name(choice.name, entry.agency.name):
        for code in _SETTLED_BY_CHOICE:
            marks = mark_findings(code, version.findings, version.submission, version.sha256)
            yield WaiverRecord(choice.agency, code, choice.reason, choice.person, choice.at, marks)


def lighten_version(version: Version) -> Version:
    """The version without its document and its findings, which are large."""
    return replace(version, submission=b"", findings=())
