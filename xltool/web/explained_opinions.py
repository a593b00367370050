"""What an agency has explained of its return: each opinion that is settled so, with its 说明, and who gave it where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xltool.campaign.answers import GivenAnswer, find_asked_line
from xltool.campaign.standing import Standing
from xltool.campaign.weighed import WeighedOpinion, group_verdicts
from xltool.model import FormSpec
from xltool.rules.opinions import find_first_sentence


@dataclass(frozen=True, slots=True)
class ExplainedOpinion:
    """An opinion that an agency's 说明 has settled: its first sentence, the 说明, the lines of 校验 on which it stands.

    `given` is the answer at the agencies' door that it was, and None where it stands in the workbook.
    """

    title: str
    text: str
    lines: Sequence[str]
    given: GivenAnswer | None


def list_explained(spec: FormSpec, standing: Standing, answers: Sequence[GivenAnswer]) -> list[ExplainedOpinion]:
    """The opinions on a return that a 说明 has settled; `answers` are those that were given beside it."""
    given = {each.line: each for each in answers}
    settled = [each for each in standing.findings if each.waiver is None and each.settled]
    found = []
    for opinion in group_verdicts(spec, settled):
        lines = list_asked_lines(spec, opinion)
        answer = next((given[line] for line in lines if line in given), None)
        text = "；".join(opinion.explanations)
        at_door = answer is not None and answer.text in opinion.explanations
        title = find_first_sentence(opinion.tell(spec)[0])
        found.append(ExplainedOpinion(title, text, lines, answer if at_door else None))
    return found


def list_asked_lines(spec: FormSpec, opinion: WeighedOpinion) -> tuple[str, ...]:
    """The lines of 校验 on which an opinion is to be explained, or was."""
    asked = [each for each in opinion.verdicts if each.asks or each.explanation.settles]
    return tuple(dict.fromkeys(filter(None, (find_asked_line(spec, each) for each in asked))))
