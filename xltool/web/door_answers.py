"""The 说明 that an agency writes at the door: a field beside each opinion that asks for one, and what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException

from xltool.campaign.answers import LONGEST_ANSWER, read_answers
from xltool.campaign.standing import Standing
from xltool.campaign.trials import Trial
from xltool.campaign.weighed import group_verdicts
from xltool.forms.document_parts import read_parts
from xltool.model import FormSpec
from xltool.web.explained_opinions import ExplainedOpinion, list_asked_lines, list_explained
from xltool.web.site import OpenFolder

_FIELD: Final = "why "
"""How the names of the fields begin; behind it stands the first line of 校验."""


@dataclass(frozen=True, slots=True)
class AnswerField:
    """A field for the 说明 on some lines of 校验; `text` is what was written so far, for other figures or for these.

    `outdated` is whether it was written for others and settles nothing.
    """

    lines: Sequence[str]
    text: str = ""
    outdated: bool = False

    @property
    def name(self) -> str:
        """What the form calls it."""
        return f"{_FIELD}{self.lines[0]}"


@dataclass(frozen=True, slots=True)
class Answering:
    """What an agency may explain of what it handed over, and has: a field by the number of each opinion that asks.

    `explained` is what is settled so, each with a field where that can be written anew.
    """

    fields: Mapping[int, AnswerField]
    explained: Sequence[tuple[ExplainedOpinion, AnswerField]]

    def read(self, sent: Mapping[str, str]) -> dict[str, str]:
        """What a form says, by the lines of 校验; `HTTPException` when something is too long."""
        return _read_fields([*self.fields.values(), *(each for _, each in self.explained)], sent)


def ask_of_trial(look: OpenFolder, standing: Standing, trial: Trial) -> Answering:
    """What may be explained of a trial by which an agency would stand, and was.

    What was explained of the version before, or of a trial before, is offered again.
    """
    spec, counting = look.campaign.spec, look.store.counting_of(standing.entry.agency.code)
    before = {} if counting is None else read_parts(counting.submission, ["explanations"]).get("explanations", {})
    explained = list_explained(spec, standing, ())
    fields = _make_fields(spec, standing, {**before, **trial.offered, **trial.answers})
    return Answering(fields, [*zip(explained, _change_fields(explained, trial.answers), strict=True)])


def ask_of_version(look: OpenFolder, standing: Standing) -> Answering:
    """What may still be explained of the version by which an agency stands, and was."""
    assert standing.version is not None
    spec = look.campaign.spec
    explained = list_explained(spec, standing, read_answers(look.campaign, standing.version.sha256))
    return Answering(_make_fields(spec, standing, {}), [(each, AnswerField(())) for each in explained])


def _make_fields(spec: FormSpec, standing: Standing, offered: Mapping[str, str]) -> dict[int, AnswerField]:
    """The field of each opinion that asks, by its number; a line stands in one of them.

    `offered` are answers by line that were given before and may be given again.
    """
    fields: dict[int, AnswerField] = {}
    claimed: set[str] = set()
    for number, opinion in enumerate(group_verdicts(spec, standing.left), 1):
        asked = any(each.asks for each in opinion.verdicts)
        lines = [line for line in list_asked_lines(spec, opinion) if line not in claimed] if asked else []
        if lines:
            claimed.update(lines)
            stale = next((each.explanation.text for each in opinion.verdicts if each.explanation.outdated), "")
            text = stale or next((offered[line] for line in lines if line in offered), "")
            fields[number] = AnswerField(lines, text, bool(stale))
    return fields


def _change_fields(explained: Sequence[ExplainedOpinion], answers: Mapping[str, str]) -> list[AnswerField]:
    """A field for each 说明 that was written at the door, so that it can be written anew; empty for the workbook's."""
    return [
        AnswerField([line for line in each.lines if line in answers], each.text)
        if any(line in answers for line in each.lines)
        else AnswerField(())
        for each in explained
    ]


def _read_fields(fields: Sequence[AnswerField], sent: Mapping[str, str]) -> dict[str, str]:
    """What a form says for its fields, by the lines of 校验; `HTTPException` when one is too long."""
    told = [(each, sent[each.name]) for each in fields if each.lines and each.name in sent]
    if any(len(text) > LONGEST_ANSWER for _, text in told):
        raise HTTPException(422, f"一条说明最多{LONGEST_ANSWER}个字，没有办理：请写短些，或写在工作簿的“校验”表里。")
    return {line: text for each, text in told for line in each.lines}
