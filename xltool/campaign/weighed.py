"""Findings of a version weighed: each with the waiver that lets it pass and the agency's 说明, and as opinions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from xltool.campaign.kept_findings import restore_finding
from xltool.campaign.kept_versions import Version
from xltool.campaign.waivers import WaiverRecord
from xltool.forms.document_parts import read_parts
from xltool.model import Finding, FormSpec, Severity
from xltool.rules.explanations import NO_EXPLANATION, Answers, Explanation, asks_for_answer, find_explanation
from xltool.rules.opinions import Opinion, group_findings, tell_opinion
from xltool.workbook.layout_plan import make_plan

ANSWERING: Final = ("explanations", "values", "texts", "lists")
"""What of a document `find_answers` looks at."""


@dataclass(frozen=True, slots=True)
class WeighedFinding:
    """One finding of a newest version, the waiver that lets it pass, and the agency's 说明.

    The finding is as `api.describe_finding` gives it, with `name`.
    """

    finding: Mapping[str, Any]
    waiver: WaiverRecord | None = None
    explanation: Explanation = NO_EXPLANATION

    @property
    def severity(self) -> Severity:
        return cast(Severity, self.finding["severity"])

    @property
    def code(self) -> str:
        return str(self.finding["code"])

    @property
    def name(self) -> str:
        """The rule at its place (`applications.balance@enterprise`), or the code of a finding without a rule."""
        return str(self.finding["name"])

    @property
    def rule(self) -> str:
        """The rule wherever it stands, or the code: what findings of many agencies are counted by."""
        return str(self.finding["rule"] or self.code)

    @property
    def settled(self) -> bool:
        """Whether it was let pass, or explained where an explanation is all that is asked."""
        return self.waiver is not None or (self.severity == "warning" and self.explanation.settles)

    @property
    def unsettled(self) -> bool:
        """Whether there is something to be done about it and it is not settled."""
        return not self.settled and self.severity != "info"

    @property
    def asks(self) -> bool:
        """Whether it asks for an answer and has none: it was neither let pass nor explained."""
        return not self.settled and asks_for_answer(self.code, self.severity)


@dataclass(frozen=True, slots=True)
class WeighedOpinion:
    """Findings of one cause as one, each with its waiver and its 说明; `among` is what `opinion` takes them from."""

    opinion: Opinion
    verdicts: tuple[WeighedFinding, ...]
    among: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return self.opinion.severity

    @property
    def name(self) -> str:
        """The rule at its place that leads, or the code."""
        return self.verdicts[0].name

    @property
    def names(self) -> tuple[str, ...]:
        """The rules at their places, or the codes, of all its findings."""
        return tuple(dict.fromkeys(verdict.name for verdict in self.verdicts))

    @property
    def waivers(self) -> tuple[WaiverRecord, ...]:
        """The words that let its findings pass."""
        return tuple(dict.fromkeys(verdict.waiver for verdict in self.verdicts if verdict.waiver is not None))

    @property
    def explanations(self) -> tuple[str, ...]:
        """The agency's 说明 of its findings, as far as they settle them."""
        said = (verdict.explanation for verdict in self.verdicts)
        return tuple(dict.fromkeys(each.text for each in said if each.settles))

    def tell(self, spec: FormSpec) -> tuple[str, str, str]:
        """What is wrong, how to mend it, and the basis, as the workbook that goes back has them."""
        return tell_opinion(self.opinion, self.among, spec, make_plan(spec).place)


def group_verdicts(spec: FormSpec, verdicts: Sequence[WeighedFinding]) -> list[WeighedOpinion]:
    """Weighed findings as opinions: those of one cause are one, the gravest first."""
    if not verdicts:
        return []
    found = [restore_finding(verdict.finding, spec) for verdict in verdicts]
    return [
        WeighedOpinion(opinion, tuple(verdicts[at] for at in opinion.findings), tuple(found))
        for opinion in group_findings(found)
    ]


def weigh_finding(
    finding: Mapping[str, Any], waiver: WaiverRecord | None, given: Answers, before: Iterable[Answers]
) -> WeighedFinding:
    """A finding with its waiver and its 说明, as the document says it now or as those before said it."""
    if finding["severity"] == "info":  # asks for nothing, so there is nothing to explain
        return WeighedFinding(finding)
    keys = [str(cell["key"]) for cell in finding["cells"]]
    facts = finding.get("facts", {})
    lines = (facts["of_list"], facts["serials"]) if "serials" in facts else None
    told = find_explanation(
        finding["code"], finding["name"], keys, given, earlier=before, text=finding.get("text"), lines=lines
    )
    return WeighedFinding(finding, waiver, told)


def find_earlier_answers(
    version: Version, document: Mapping[str, Any], versions: Callable[[str], Sequence[Version]]
) -> Sequence[Answers]:
    """What the returns before said, newest first; nothing where no 说明 can be of them."""
    asked = any(asks_for_answer(found["code"], found["severity"]) for found in version.findings)
    if version.number == 1 or not asked or not document.get("explanations"):
        return ()
    earlier = [each for each in versions(version.agency) if each.number < version.number]
    return [find_answers(read_parts(each.submission, ANSWERING)) for each in reversed(earlier)]


def find_answers(document: Mapping[str, Any]) -> Answers:
    """What a document says in its 说明, with what these may be about."""
    return Answers(*(document.get(key, {}) for key in ANSWERING))
