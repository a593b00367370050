"""The language in which texts speak of a form's figures: data beside the forms, read into a lexicon of phrases.

`general.phrases.toml` holds what is of no form, `ogi.phrases.toml` what is of all editions of one, and
`ogi_2021.phrases.toml` what is of one edition. Files of these names in the folders of XLTOOL_FORMS add to the packaged
ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from xltool.forms import catalog
from xltool.forms.fields import Fields
from xltool.forms.kept import make_or_recall
from xltool.forms.memo import derive_once, find_source
from xltool.forms.source import Source, suggest_nearest
from xltool.messages import DefinitionError
from xltool.model import FormSpec

Alternatives: TypeAlias = tuple[tuple[str, ...], ...]
"""The possible meanings of a phrase, the likeliest first: ids of rows or columns that are added up."""

YEAR_SIGN: Final = "\ue000"
"""What a year, written `{year}` in a phrase, is for the lexicon."""
NUMBER_SIGN: Final = "\ue001"
"""What a number, written `{number}` in a mark of a sorting, is for the lexicon."""
_GENERAL: Final = "general"
_LONGEST_MANNER: Final = 24
_MANNERS: Final = ("anchor", "weak", "alone", "reason", "strict", "neutral", "scope", "apart", "sole", "whole", "taken")
_FOLLOWS: Final = ("", "rows", "columns")
_YEARS: Final = ("", "last", "next")
_WORDS: Final = {
    "words": (
        "joiners", "neutral", "totals", "each", "apiece", "respectively", "parts", "negations", "zeros", "relative",
        "closings", "copulas", "how", "rest", "plans", "perfects", "foreign", "aspects", "within",
    ),
    "compare": (
        "last", "signs", "pairs", "yearly", "more", "less", "even", "reaching", "this", "full", "otherwise",
        "since", "running", "sources", "other_periods", "share",
    ),
    "figures": ("before", "after", "counters", "cases", "documents", "percent"),
    "scopes": ("words", "others", "about", "own"),
    "others": (
        "channels", "several", "because", "restricting", "described", "listed", "ours", "doers", "contested",
        "subjects",
    ),
}  # fmt: skip
"""The lists of the general file, by its tables."""


class Phrase(NamedTuple):
    """One meaning of some words: rows or columns of a table, and in which manner they mean them.

    An anchor opens a subject; a weak one is a verb, which means something only beside or after an anchor of its table;
    one that stands alone needs no subject named before it, a reason neither, and narrows what it is a reason for; a
    strict one must not have unknown words before it, and words apart take some of a kind out of what is counted.
    A sole one means this only right before a number, among the parts of something; a whole one is what parts are of;
    a taken one is counted only where a verb says that it was received or done, and else is published.
    `follows` says behind what it means this. A phrase with a `year` in it means its first rows where that is the `last`
    (or `next`) year of the report, else the others.
    """

    words: str
    table: str
    rows: Alternatives = ()
    columns: Alternatives = ()
    manners: frozenset[str] = frozenset()
    follows: str = ""
    year: str = ""

    def choose_rows(self, named: int | None, report: int | None) -> Alternatives:
        """Its rows; of a phrase with a year those that are meant in the report of a year."""
        if not self.year or named is None or report is None:
            return self.rows
        is_first = named < report if self.year == "last" else named > report
        return self.rows[:1] if is_first else self.rows[1:]


class Entry(NamedTuple):
    """What words may be: of which lists, and with which meanings."""

    kinds: frozenset[str] = frozenset()
    phrases: tuple[Phrase, ...] = ()


LONGEST_COMPOUND: Final = 40
"""From so many signs on words that are made of parts are no longer: they are tried at each place of a text."""


@dataclass(frozen=True, slots=True)
class Compound:
    """Words made of parts in any order: the longest run that has one of each of `needs` and a last one of `ends`.

    So 申请公开的政府信息事项 need not be listed beside 公开政府信息申请件.
    """

    firsts: frozenset[str]  # signs that parts begin with
    parts: re.Pattern[str]  # one of them
    needs: tuple[frozenset[str], ...]
    ends: frozenset[str]  # any, where there are none
    least: int  # so many parts of the first of `needs`
    entry: Entry

    def measure(self, signs: str, at: int) -> int:
        """How many signs of a text from a place on are such words, up to `LONGEST_COMPOUND`; 0 where there are none."""
        end, best, said, count = at, 0, set[str](), 0
        while end - at < LONGEST_COMPOUND and (part := self.parts.match(signs, end)):
            end = part.end()
            said.add(part[0])
            count += not self.needs or part[0] in self.needs[0]
            is_whole = count >= self.least and all(not said.isdisjoint(need) for need in self.needs)
            if is_whole and (not self.ends or part[0] in self.ends):
                best = end - at
        return best


class Subject(NamedTuple):
    """A table as texts speak of it: what is meant where no row or column is named, and what it is counted by.

    `loose` is what it is counted by only where a verb says what was done: 制定规范性文件1条, not 公开规范性文件1条.
    `given` is what it may be besides where no verb says what was done with all of it: 依申请公开信息共8条.
    What is `mixed` may be counted with others of its kind: of 行政复议6件，其中政府信息公开2件 only two are the form's.
    What was done with it by verbs `at_large` is of all kinds where nothing says whose: 受理行政复议案件120件.
    """

    rows: Alternatives = ()
    columns: Alternatives = ()
    given: Alternatives = ()
    counters: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    mixed: bool = False
    at_large: frozenset[str] = frozenset()
    stages: tuple[str, ...] = ()  # of a case, which may be counted at each: 一审2件，二审1件
    reviewers: tuple[str, ...] = ()  # how names end of those who decide on cases of all kinds


class Sorting(NamedTuple):
    """Words that mean something else in a sentence that holds all the marks, unless it holds one of some verbs."""

    marks: tuple[str, ...]
    words: frozenset[str]
    unless: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """All words that are known for a form; `lengths` says by the first two signs how long words are.

    Longest first, and without those of one sign.
    """

    entries: Mapping[str, Entry]
    lengths: Mapping[str, tuple[int, ...]]
    amounts: Mapping[str, int]  # how many 元 a unit is
    subjects: Mapping[str, Subject]
    texts: Mapping[str, str]  # keys of texts, and the table that they are about
    sortings: tuple[Sorting, ...]
    this_year: tuple[str, ...]  # how words for something of this year begin
    limits: tuple[str, ...]  # how a clause begins that says of what alone the rest of its sentence is
    compounds: Mapping[str, tuple[Compound, ...]]  # by the signs that they may begin with
    manner_firsts: frozenset[str]  # signs that the following begin with
    manners: re.Pattern[str]  # how words go that only say in which way: 按照有关规定, 在法定期限内
    agencies: tuple[str, ...]  # how names of agencies end
    deeds: tuple[str, ...]  # how words begin that tell what was done with the matters of others
    places: tuple[str, ...]  # how names end of what is a part of an agency, or another
    exceptions: tuple[str, ...]  # how a clause begins that says of what it is not
    conditions: tuple[str, ...]  # how a clause begins that says what would be
    ours: tuple[str, ...]  # what makes cases of all kinds the form's own
    not_agencies: tuple[str, ...]  # how words begin that are none, or another's: 配合市政府办
    toward: tuple[str, ...]  # before a name of whom something is said or done to: 针对县教育局
    how: tuple[str, ...]  # how words begin that say how only, behind one for nothing: 未及时答复
    perfects: tuple[str, ...]  # how words begin that say that something has been done: 已


@dataclass(slots=True)
class _Draft:
    kinds: dict[str, set[str]] = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    sortings: list[Sorting] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    manner_begins: list[str] = field(default_factory=list)
    manner_ends: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    not_agencies: list[str] = field(default_factory=list)
    toward: list[str] = field(default_factory=list)
    compounds: list[tuple[Any, ...]] = field(default_factory=list)  # as `_make_compound` takes them


def load_language(spec: FormSpec) -> Language:
    """The language of a form; raises `DefinitionError` with all faults of the first faulty file."""
    family = catalog.find_family(spec.id)
    names = [_GENERAL, *([family] if family else []), spec.id]
    return _build_language(spec, tuple(catalog.read_phrase_files([name.replace("-", "_") for name in names])))


@derive_once
def _build_language(spec: FormSpec, files: tuple[tuple[str, str], ...]) -> Language:
    """The language that files of phrases make, each a name and a text."""
    sources = (find_source(spec), *(text for _, text in files))
    return _make_language(make_or_recall(f"{spec.id}.phrases", sources, lambda: _write_draft(_read_files(spec, files))))


def _read_files(spec: FormSpec, files: Iterable[tuple[str, str]]) -> _Draft:
    draft = _Draft()
    for name, text in files:
        source = Source(text, name)
        document = source.parse()
        if document is not None:
            _read_phrases(Fields(source, document, "the phrases"), draft, spec)
        if source.faults:
            raise DefinitionError(source.render(), tuple(source.faults))
    return draft


def _write_draft(draft: _Draft) -> dict[str, Any]:
    """All that files say, as it is kept: words by what they are, and what phrases mean once for all that mean it."""
    kinds: dict[frozenset[str], list[str]] = {}
    for word, own in draft.kinds.items():
        kinds.setdefault(frozenset(own), []).append(word)
    meanings: dict[tuple[Any, ...], int] = {}
    phrases = {
        signs: [[phrase.words, meanings.setdefault(phrase[1:], len(meanings))] for phrase in found]
        for signs, found in draft.phrases.items()
    }
    lengths: dict[str, set[int]] = {}
    for word in (*draft.kinds, *draft.phrases):
        if len(word) > 1:
            lengths.setdefault(word[:2], set()).add(len(word))
    return {
        "kinds": [*kinds.items()],
        "meanings": [*meanings],
        "phrases": phrases,
        "lengths": {signs: sorted(found, reverse=True) for signs, found in lengths.items()},
        "manners": [draft.manner_begins, draft.manner_ends],
        **{name: getattr(draft, name) for name in ("amounts", "subjects", "texts", "sortings", "compounds")},
        **{name: getattr(draft, name) for name in _LISTED},
    }


_LISTED: Final = (
    "limits", "agencies", "deeds", "places", "exceptions", "conditions", "not_agencies", "toward",
)  # fmt: skip


def _make_language(kept: Mapping[str, Any]) -> Language:
    entries: dict[str, Entry] = {}
    by_kind: dict[str, list[str]] = {}
    for kinds, words in kept["kinds"]:
        entries |= dict.fromkeys(words, Entry(frozenset(kinds)))
        for kind in kinds:
            by_kind.setdefault(kind, []).extend(words)
    meanings = [_take_meaning(*each) for each in kept["meanings"]]
    for signs, found in kept["phrases"].items():
        phrases = tuple(Phrase(words, *meanings[number]) for words, number in found)
        entries[signs] = Entry(entries[signs].kinds if signs in entries else frozenset(), phrases)
    listed = {name: tuple(kept[name]) for name in _LISTED}
    begins, ends = kept["manners"]
    return Language(
        entries=entries,
        lengths={signs: tuple(found) for signs, found in kept["lengths"].items()},
        amounts=kept["amounts"],
        subjects={name: _take_subject(*each) for name, each in kept["subjects"].items()},
        texts=kept["texts"],
        sortings=tuple(Sorting(tuple(marks), *map(frozenset, words)) for marks, *words in kept["sortings"]),
        this_year=tuple(sorted(by_kind.get("compare.this", ()))),
        compounds=_sort_compounds([_make_compound(*each) for each in kept["compounds"]]),
        manner_firsts=frozenset(word[0] for word in begins),
        manners=_compile_manners(begins, ends),
        ours=tuple(sorted(by_kind.get("others.ours", ()))),
        how=tuple(sorted(by_kind.get("words.how", ()))),
        perfects=tuple(sorted(by_kind.get("words.perfects", ()))),
        **listed,
    )


def _take_meaning(  # noqa: PLR0917 -- the fields of a phrase behind its words
    table: str, rows: Any, columns: Any, manners: Any, follows: str, year: str
) -> tuple[str, Alternatives, Alternatives, frozenset[str], str, str]:
    return table, tuple(map(tuple, rows)), tuple(map(tuple, columns)), frozenset(manners), follows, year


def _take_subject(*kept: Any) -> Subject:
    rows, columns, given, counters, loose, mixed, at_large, stages, reviewers = kept
    rows, columns, given = (tuple(map(tuple, each)) for each in (rows, columns, given))
    return Subject(
        rows=rows,
        columns=columns,
        given=given,
        counters=frozenset(counters),
        loose=frozenset(loose),
        mixed=mixed,
        at_large=frozenset(at_large),
        stages=tuple(stages),
        reviewers=tuple(reviewers),
    )


def _make_compound(  # noqa: PLR0917 -- what a file says of one
    parts: Any, needs: Any, ends: Any, least: int, kinds: Any, phrases: Any
) -> Compound:
    pattern = re.compile("|".join(map(re.escape, sorted(parts, key=lambda word: (-len(word), word)))) or r"(?!)")
    meant = tuple(Phrase(words, *_take_meaning(*rest)) for words, *rest in phrases)
    return Compound(
        frozenset(part[0] for part in parts),
        pattern,
        tuple(map(frozenset, needs)),
        frozenset(ends),
        least,
        Entry(frozenset(kinds), meant),
    )


def _sort_compounds(compounds: Sequence[Compound]) -> Mapping[str, tuple[Compound, ...]]:
    found: dict[str, list[Compound]] = {}
    for compound in compounds:
        for sign in sorted(compound.firsts):
            found.setdefault(sign, []).append(compound)
    return {sign: tuple(each) for sign, each in found.items()}


def _compile_manners(begins: Sequence[str], ends: Sequence[str]) -> re.Pattern[str]:
    """What begins and ends with such words, with nothing counted between; what matches nothing where there are none."""
    if not begins or not ends:
        return re.compile(r"(?!)")
    first, last = ("|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (begins, ends))
    between = r"(?:[^\d\W_]|[《》“”〈〉\ue000]|\d+ ?个?(?:工作日|日|天))"
    return re.compile(rf"(?:{first}){between}{{0,{_LONGEST_MANNER}}}?(?:{last})(?:[和及与、]?(?:{last}))*")


def _read_phrases(fields: Fields, draft: _Draft, spec: FormSpec) -> None:
    """Adds what one file says; rows, columns and tables that the form does not have are faults."""
    source = fields.source
    for group, names in _WORDS.items():
        given = Fields(source, fields.table(group), f"'{group}'")
        for name in names:
            _add_words(draft, given.words(name, []), f"{group}.{name}")
        if group == "figures":
            amounts = given.table("amounts")
            draft.amounts |= {str(unit): worth for unit, worth in amounts.items() if isinstance(worth, int)}
        if group == "scopes":
            draft.limits += given.words("limits", [])
            draft.agencies += given.words("agencies", [])
            draft.deeds += given.words("deeds", [])
            draft.places += given.words("places", [])
            draft.conditions += given.words("conditions", [])
            draft.exceptions += given.words("exceptions", [])
            draft.not_agencies += given.words("not_agencies", [])
            draft.toward += given.words("toward", [])
        if group == "words":
            draft.manner_begins += given.words("manner_begins", [])
            draft.manner_ends += given.words("manner_ends", [])
        given.close()
    _add_words(draft, fields.words("neutral", []), "words.neutral")
    _add_words(draft, fields.words("things", []), "others.nouns")
    for word in fields.words("ours", []):
        draft.kinds.setdefault(word, set()).add("others.ours")
    draft.texts |= {str(key): str(table) for key, table in fields.table("texts").items()}
    tables = {table.id: table for table in spec.tables}
    for name, data in fields.table("table").items():
        given = Fields(source, data, f"'table.{name}'")
        rows, columns, offered = (_read_alternatives(given, key) for key in ("rows", "columns", "given"))
        counters, loose, at_large = (
            frozenset(map(str, given.texts(key, []))) for key in ("counters", "loose", "at_large")
        )
        stages, reviewers = (tuple(map(str, given.texts(key, []))) for key in ("stages", "reviewers"))
        is_mixed = given.flag("mixed")
        draft.subjects[name] = Subject(rows, columns, offered, counters, loose, is_mixed, at_large, stages, reviewers)
        given.close()
    for data in fields.tables("sorting", []):
        given = Fields(source, data, "a sorting")
        marks, words, unless = (tuple(map(str, given.texts(key, []))) for key in ("marks", "words", "unless"))
        marks = tuple(mark.replace("{number}", NUMBER_SIGN) for mark in marks)
        draft.sortings.append(Sorting(marks, frozenset(words), frozenset(unless)))
        given.close()
    for data in fields.tables("phrase", []):
        given = Fields(source, data, "a phrase")
        for phrase in _read_phrase(given, given.words("words"), tables):
            draft.phrases.setdefault(phrase.words.replace("{year}", YEAR_SIGN), []).append(phrase)
        given.close()
    for data in fields.tables("compound", []):
        _read_compound(Fields(source, data, "a compound"), draft, tables)
    fields.close()


def _read_compound(given: Fields, draft: _Draft, tables: Mapping[str, Any]) -> None:
    parts = [word.replace("{year}", YEAR_SIGN) for word in given.words("parts")]
    needs = given.word_lists("needs")
    wanted = tuple(frozenset(word.replace("{year}", YEAR_SIGN) for word in each) for each in needs)
    ends = frozenset(word.replace("{year}", YEAR_SIGN) for word in given.words("ends", []))
    for word in sorted(frozenset().union(ends, *wanted) - set(parts)):
        given.fault("parts", f"'{word}' is none of the parts")
    phrases: tuple[Phrase, ...] = ()
    kinds = frozenset[str]()
    if given.flag("is_neutral"):
        kinds = frozenset({"words.neutral"})
    elif given.flag("is_scope"):
        kinds = frozenset({"scopes.words"})
    else:
        phrases = tuple(_read_phrase(given, ["+".join(parts[:1])], tables))
    draft.compounds.append((parts, wanted, ends, given.integer("least", 1), kinds, phrases))
    given.close()


def _read_phrase(given: Fields, words: Iterable[str], tables: Mapping[str, Any]) -> Iterator[Phrase]:
    """The meaning that fields give to each of some words."""
    table, follows = given.text("table"), given.text("follows", "")
    rows, columns = _read_alternatives(given, "rows"), _read_alternatives(given, "columns")
    manners = frozenset(name for name in _MANNERS if given.flag(name))
    if follows not in _FOLLOWS:
        given.fault("follows", "'follows' must be rows or columns")
    if table not in tables:
        given.fault("table", f"no table is named '{table}'", suggest_nearest(table, list(tables)))
    else:
        lines = {line.id for block in tables[table].blocks for line in (*block.rows, *block.columns)}
        for name in (name for each in (*rows, *columns) for name in each):
            if name not in lines:
                given.source.fault(name, f"'{table}' has no row or column '{name}'", suggest_nearest(name, lines))
    year = given.text("year", "")
    if year not in _YEARS:
        given.fault("year", "'year' must be last or next")
    for word in words:
        yield Phrase(word, table, rows, columns, manners, follows, year)


def _read_alternatives(given: Fields, key: str) -> Alternatives:
    """A list of lists of ids."""
    given.allow(key)
    found = given.data.get(key, [])
    if not isinstance(found, list) or not all(
        isinstance(each, list) and each and all(isinstance(name, str) for name in each) for each in found
    ):
        given.fault(key, f"'{key}' must be a list of lists of ids")
        return ()
    return tuple(map(tuple, found))


def _add_words(draft: _Draft, words: list[str], kind: str) -> None:
    for word in words:
        draft.kinds.setdefault(word, set()).add(kind)


def list_phrases(language: Language) -> Iterator[Phrase]:
    """Every meaning of every phrase."""
    for entry in (*language.entries.values(), *(each.entry for some in language.compounds.values() for each in some)):
        yield from entry.phrases
