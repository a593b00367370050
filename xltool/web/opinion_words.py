"""Opinions in the words of pages: what each asks for, what is wrong, how to mend it, on what it rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xltool.campaign.weighed import WeighedOpinion
from xltool.model import FormSpec, Severity

_WORDS: Final[dict[Severity, str]] = {"error": "须改", "warning": "请核对", "info": "提示"}


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    """An opinion in the words of the workbook that goes back; `word` is what it asks for."""

    severity: Severity
    word: str
    what: str
    remedy: str
    basis: str


def word_found(severity: Severity, told: tuple[str, str, str]) -> ShownOpinion:
    """An opinion on figures that nobody is asked to explain: what is wrong, how to mend it, on what it rests."""
    return ShownOpinion(severity, _WORDS[severity], *told)


def word_opinion(spec: FormSpec, opinion: WeighedOpinion) -> ShownOpinion:
    """An opinion as a page shows it."""
    asks = any(verdict.asks for verdict in opinion.verdicts)
    return ShownOpinion(opinion.severity, word_severity(opinion.severity, asks=asks), *opinion.tell(spec))


def word_severity(severity: Severity, *, asks: bool = False) -> str:
    """What an opinion asks for; `asks` is whether it may be answered, and was not."""
    return "须说明" if asks and severity == "warning" else _WORDS[severity]
