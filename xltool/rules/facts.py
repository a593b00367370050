"""The figures that texts state, each held against the tables: of a submission, of its last year, of a plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from xltool.forms import catalog, references, totals
from xltool.forms.phrases import Language, load_language
from xltool.model import CellKey, FormSpec, Submission, summand_of
from xltool.periods import looks_a_year_back, period_of
from xltool.rules.narrative_grammar import understand_text
from xltool.rules.narrative_statements import Narrative, Statement
from xltool.rules.narrative_sums import TextSum, find_broken_sums, find_sums
from xltool.rules.narrative_times import StatedYear
from xltool.rules.narrative_tokens import ProseToken

FactKind: TypeAlias = Literal["figure", "percent", "change", "sum"]
FactVerdict: TypeAlias = Literal["agrees", "differs", "unknown"]
Proof: TypeAlias = Literal["cell", "prior", "sum", "reference", "unproved"]
PROOFS: Final[tuple[Proof, ...]] = ("cell", "prior", "sum", "reference", "unproved")
"""By what a number of a text is proved: a cell, last year, a sum in the text, a reference, or nothing."""
_SHORTEST_NAME: Final = 3
"""Fewer signs of an agency's name name nobody."""
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a text states about cells of a form, and what the tables say to it.

    `of` are the possible meanings, each a list of cells that are added up, the likeliest first; of a share `base` are
    those of the whole. `printed` is what the tables have of the meaning that agrees, or else of the likeliest, in the
    fact's unit; None where nothing can be compared. `start` and `end` are its place in the text.
    """

    text: str | None
    sentence: str
    quote: str
    start: int
    end: int
    kind: FactKind
    value: Decimal
    unit: str
    of: tuple[tuple[CellKey, ...], ...]
    verdict: FactVerdict
    printed: Decimal | None = None
    qualifier: str | None = None
    scope: str | None = None
    year: StatedYear = None
    base: tuple[tuple[CellKey, ...], ...] = ()
    words: tuple[str, ...] = ()  # by which it was understood
    is_flat: bool = False  # said in words without a number
    is_whole: bool = False  # with what it is of named beside it, and no part of that

    @property
    def keys(self) -> tuple[CellKey, ...]:
        """The cells of its likeliest meaning."""
        return self.of[0] if self.of else ()


@dataclass(frozen=True, slots=True)
class TextNumber:
    """A number of a text and by what it is proved; `fact` is what it states, if that is understood."""

    text: str | None
    start: int
    end: int
    sentence: str
    quote: str
    value: Decimal | None
    unit: str
    proof: Proof
    fact: Fact | None = None


def find_facts(spec: FormSpec, submission: Submission, prior: Submission | None = None) -> tuple[Fact, ...]:
    """What the texts of a submission state, in the order of the form; `prior` is last year's, of any edition.

    Figures that a text names in braces instead of repeating them are none. Totals left blank count as computed.
    """
    read = [*_read_texts(spec, submission)]
    if not read:
        return ()
    completed, _ = totals.complete_totals(spec, submission)
    tables = _Tables(spec, completed, prior)
    return tuple(
        fact for key, text, narrative in read for fact in _judge_text(key, text, narrative, tables, with_sums=True)
    )


def read_facts(spec: FormSpec, text: str, year: int | None = None) -> tuple[Fact, ...]:
    """What a plain text states, held against nothing; `year` is that of its report, where it is known."""
    return tuple(_judge_text(None, text, _understand(spec, text, year), None, with_sums=False))


def list_numbers(spec: FormSpec, submission: Submission, prior: Submission | None = None) -> tuple[TextNumber, ...]:
    """Every number of the texts of a submission, with what proves it."""
    completed, _ = totals.complete_totals(spec, submission)
    tables = _Tables(spec, completed, prior)
    found: list[TextNumber] = []
    for key, blanked, narrative in _read_texts(spec, submission):
        text = submission.texts[key]
        facts = _judge_text(key, blanked, narrative, tables, with_sums=True)
        mine = [*_prove_numbers(key, narrative, facts), *_list_references(key, text, spec, completed, prior)]
        found += sorted(mine, key=lambda number: number.start)
    return tuple(found)


def list_plain_numbers(spec: FormSpec, text: str) -> tuple[TextNumber, ...]:
    """Every number of a plain text; what proves it can only be a sum."""
    narrative = _understand(spec, text, None)
    return tuple(_prove_numbers(None, narrative, _judge_text(None, text, narrative, None, with_sums=True)))


def find_excesses(spec: FormSpec, submission: Submission) -> Iterator[tuple[str, str, TextSum]]:
    """The lists of a submission's texts whose parts are more than the whole: key and text beside each."""
    for key, text, narrative in _read_texts(spec, submission):
        for found in find_broken_sums(narrative.sentences):
            yield key, text, found


def find_text_sums(narrative: Narrative) -> tuple[TextSum, ...]:
    """The lists of a text that add up."""
    return tuple(find_sums(narrative.sentences))


def _read_texts(spec: FormSpec, submission: Submission) -> Iterator[tuple[str, str, Narrative]]:
    """The texts of a report, those of its cover left out: key, text with references as blanks, what it says."""
    written = {text.key: submission.texts.get(text.key, "") for text in spec.texts if text.place == "texts"}
    written = {key: text for key, text in written.items() if text.strip()}
    if not written:
        return
    language = load_language(spec)
    for key, text in written.items():
        blanked = references.blank_references(text, spec)
        yield key, blanked, _remember(spec, language, blanked, language.texts.get(key), submission.year)


@lru_cache(maxsize=256)
def _remember(spec: FormSpec, language: Language, text: str, table: str | None, year: int | None) -> Narrative:
    """What a text says, kept for a while: a submission is judged again with each correction that is tried."""
    return understand_text(text, spec, language, table=table, year=year)


def _understand(spec: FormSpec, text: str, year: int | None) -> Narrative:
    """What a text says that stands in no form."""
    return _remember(spec, load_language(spec), text, None, year)


class _Tables:
    """What the tables of this year and the last say."""

    def __init__(self, spec: FormSpec, submission: Submission, prior: Submission | None) -> None:
        self.year = submission.year
        self.spec, self.submission = spec, submission
        if looks_a_year_back(period_of(submission)):  # 上年 in a text of a month is not the month before
            prior = None if prior is None else prior.year_ago
        self.prior = prior
        self.prior_spec = None if prior is None else spec if prior.form == spec.id else catalog.load_form(prior.form)
        if prior is not None and self.prior_spec is not None:
            self.prior, _ = totals.complete_totals(self.prior_spec, prior)

    def is_own(self, aside: str) -> bool:
        """Whether unknown words before a statement are the agency's own name, or a part of it; none are."""
        name = self.submission.agency.name
        words = "".join(aside.split())
        return not words or (len(words) >= _SHORTEST_NAME and (words in name or name in words))

    def add(self, keys: Sequence[CellKey], year: StatedYear) -> Decimal | None:
        """The sum of cells in whole units; None where one is blank, or of a year that is not at hand."""
        if year is None or year == self.year:
            return _add_cells(self.spec, self.submission, keys)
        if year not in ("last", self.year - 1) or self.prior is None or self.prior_spec is None:
            return None
        if any(key not in self.prior_spec.index for key in keys):
            return None
        return _add_cells(self.prior_spec, self.prior, keys)


def _add_cells(spec: FormSpec, submission: Submission, keys: Sequence[CellKey]) -> Decimal | None:
    added = Decimal(0)
    for key in keys:
        number = summand_of(submission.values[spec.index[key]])
        if number is None:
            return None
        added += Decimal(number).scaleb(-spec.cell(key).measure.decimals)
    return added


def _judge_text(
    key: str | None, text: str, narrative: Narrative, tables: _Tables | None, *, with_sums: bool
) -> list[Fact]:
    facts = [_judge_statement(key, text, each, tables) for each in narrative.statements]
    if with_sums:
        facts += [_tell_sum(key, text, each, narrative) for each in find_text_sums(narrative)]
    return sorted(facts, key=lambda fact: (fact.start, fact.kind == "sum"))


def _tell_sum(key: str | None, text: str, found: TextSum, narrative: Narrative) -> Fact:
    """A list that adds up, as a fact of the text alone."""
    number = found.total.number
    assert number is not None
    tokens = narrative.sentences[found.sentence]
    sentence = text[tokens[0].start : tokens[-1].end].strip()
    words = tuple(text[part.start : part.end] for part in found.parts)
    return Fact(
        key, sentence, text[found.total.start : found.total.end], found.total.start, found.total.end, "sum",
        number.value, number.unit, (), "agrees", number.value, words=words,
    )  # fmt: skip


def _judge_statement(key: str | None, text: str, said: Statement, tables: _Tables | None) -> Fact:
    unit = "%" if said.unit == "%" else said.unit
    fact = Fact(
        key, said.sentence, text[said.start : said.end], said.start, said.end, said.kind, said.value, unit,
        said.meaning.cells, "unknown", None, said.qualifier, said.scope, said.year,
        () if said.base is None else said.base.cells, said.meaning.words, said.is_flat,
        said.meaning.is_anchored and said.meaning.role == "whole",
    )  # fmt: skip
    if tables is None:
        return fact
    printed = list(_compute_printed(said, tables))
    known = [each for each in printed if each is not None]
    for each in known:
        if abs(each - said.value) < said.step or each == said.value:
            return replace(fact, verdict="agrees", printed=_round_like(each, said))
    if len(known) < len(printed) or not known:
        return fact
    first = _round_like(known[0], said)
    if said.scope and said.scope in said.aside:
        return fact  # the figures of others
    if said.qualifier or said.scope or not tables.is_own(said.aside):
        return replace(fact, printed=first)
    return replace(fact, verdict="differs", printed=first)


def _compute_printed(said: Statement, tables: _Tables) -> Iterator[Decimal | None]:
    """What the tables say to a statement, for each of its meanings."""
    if said.kind == "figure":
        for keys in said.meaning.cells:
            yield tables.add(keys, said.year)
    elif said.kind == "percent" and said.base is not None:
        for keys in said.meaning.cells:
            for whole in said.base.cells:
                yield _divide(tables.add(keys, said.year), tables.add(whole, said.year))
    elif said.kind == "change":
        for keys in said.meaning.cells:
            now, then = tables.add(keys, None), tables.add(keys, said.year or "last")
            if now is None or then is None:
                yield None
            else:
                yield _divide(now - then, then) if said.unit == "%" else now - then


def _divide(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return part * _HUNDRED / whole if part is not None and whole else None


def _round_like(number: Decimal, said: Statement) -> Decimal:
    """A computed figure with the digits of the one in the text, unless it has fewer."""
    if said.unit != "%":
        return number
    return number.quantize(min(said.step, Decimal(1)), ROUND_HALF_UP)


def _prove_numbers(key: str | None, narrative: Narrative, facts: Sequence[Fact]) -> Iterator[TextNumber]:
    """The numbers of a text that are figures: not its years, dates, articles and codes."""
    added = {place for each in find_text_sums(narrative) for place in _list_places(each)}
    stated = {(fact.start, fact.end): fact for fact in facts if fact.kind != "sum"}
    for tokens in narrative.sentences:
        sentence = "".join(token.text for token in tokens).strip()
        for token in tokens:
            fact, number = stated.get((token.start, token.end)), token.number
            if number is None or (number.is_bare and not number.is_percent and fact is None):
                continue  # without a unit and a meaning: a postcode, a number of a list
            proof = _find_proof(token, fact, added)
            unit = "%" if number.is_percent else number.unit
            yield TextNumber(key, token.start, token.end, sentence, token.text, number.value, unit, proof, fact)


def _list_places(found: TextSum) -> Iterator[int]:
    yield found.total.start
    yield from (part.start for part in found.parts)


def _find_proof(token: ProseToken, fact: Fact | None, added: set[int]) -> Proof:
    if fact is not None and fact.verdict == "agrees":
        return "prior" if fact.year == "last" or fact.kind == "change" else "cell"
    return "sum" if token.start in added else "unproved"


def _list_references(
    key: str, text: str, spec: FormSpec, submission: Submission, prior: Submission | None
) -> Iterator[TextNumber]:
    """The figures that a text names in braces."""
    at = 0
    for piece in references.split_references(text, spec, submission, prior):
        if piece.written != piece.printed:
            yield TextNumber(key, at, at + len(piece.written), piece.written, piece.printed, None, "", "reference")
        at += len(piece.written)
