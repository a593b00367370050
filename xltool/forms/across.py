"""Rules of a form about another one that the same agency fills in, as data beside its definition: `FORM.across.toml`.

`[[other]]` names a form by an `id` of its own and says how the periods of both agree; each `[[other.rule]]` is a rule
of the whole form in which `ID.` stands before the tables and lists of the other: `a.b.c <= ID.table.row.column`. Both
forms are read for such a rule, and neither knows of it: a workbook cannot see another, so nothing is said in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from xltool.forms import catalog, grammar, linear
from xltool.forms.fields import Fields
from xltool.forms.list_terms import ComplainAt
from xltool.forms.memo import derive_once
from xltool.forms.ruleset import read_per, read_severity
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.forms.written import SyntaxFault
from xltool.messages import DefinitionError, UnknownFormError
from xltool.model import CellKey, FormSpec, Linear, ListTerm, Severity, Submission
from xltool.periods import Period

ENDING: Final = ".across.toml"
"""How the file is called behind the name of its form's."""
PeriodAgreement: TypeAlias = Literal["same", "same_end"]
"""How the periods of two forms agree: both are of the same days, or end on the same one, as December and its year."""
_AGREEMENTS: Final[tuple[PeriodAgreement, ...]] = ("same", "same_end")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_FOUR_PARTS: Final = re.compile(r"(?<![\w.])([a-z][a-z0-9_]*)(?:\.[a-z][a-z0-9_]*){3}(?![\w.])", re.ASCII)
FindForm: TypeAlias = Callable[[str], FormSpec]
"""Gives a form by its id; raises `UnknownFormError`, or `DefinitionError` for one with faults."""


@dataclass(frozen=True, slots=True)
class AcrossRule:
    """A rule about figures of two forms; keys and lists of the other one begin with its alias, as `OtherForm` has it.

    It never is a rule of `FormSpec.rules`: nothing that looks at one submission alone can ask it.
    """

    name: str  # alias.id, or alias.id@place of one that is written for each row or column
    text: str
    linear: Linear
    severity: Severity
    basis: str
    remedy: str


@dataclass(frozen=True, eq=False)
class OtherForm:
    """Another form beside which one is held: what the rules call it, how periods agree, and the rules."""

    alias: str
    spec: FormSpec
    agreement: PeriodAgreement
    rules: tuple[AcrossRule, ...]

    def find_own_name(self, name: str) -> str | None:
        """What the other form itself calls a cell or list of a rule; None for one of the form that has the rule."""
        return name.removeprefix(f"{self.alias}_") if name.startswith(f"{self.alias}_") else None

    def agrees(self, period: Period, other: Period) -> bool:
        """Whether submissions of these periods, the other form's last, are held against each other."""
        ends = period.last_day == other.last_day
        return ends and (self.agreement == "same_end" or period.first_day == other.first_day)


@dataclass(frozen=True, slots=True)
class OtherReport:
    """A submission of another form by the same agency, its totals completed or not, and what its file is called."""

    submission: Submission
    label: str


OtherReports: TypeAlias = Mapping[str, OtherReport | str]
"""By the id of the form: what the agency reports on it, or in Chinese why there is nothing to look at."""


def load_across(form: FormSpec) -> tuple[OtherForm, ...]:
    """The forms beside which a form is held, packaged and of offices; none where no data say so.

    Raises `DefinitionError` with all faults of these.
    """
    found: list[OtherForm] = []
    for name, text in catalog.read_data_files(f"{form.id.replace('-', '_')}{ENDING}"):
        read = _read_once(form, name, text, tuple(other.alias for other in found))
        if any(catalog.load_form(other.spec.id) is not other.spec for other in read):  # changed since
            read = read_across(form, name, text, catalog.load_form, [other.alias for other in found])
        found += read
    return tuple(found)


def read_across(
    form: FormSpec, name: str, text: str, find: FindForm = catalog.load_form, taken: Container[str] = ()
) -> tuple[OtherForm, ...]:
    """The same of one file; `taken` are aliases that other files have. Raises `DefinitionError` with all faults."""
    source = Source(text, name)
    document = source.parse()
    found = () if document is None else tuple(_Reader(source, form, find).read(document, taken))
    if source.faults:
        raise DefinitionError(source.render(), tuple(source.faults))
    return found


@derive_once
def _read_once(form: FormSpec, name: str, text: str, taken: tuple[str, ...]) -> tuple[OtherForm, ...]:
    return read_across(form, name, text, catalog.load_form, taken)


class _Reader:
    """Reads the data, every name in it looked up in both forms."""

    def __init__(self, source: Source, form: FormSpec, find: FindForm) -> None:
        self.source, self.form, self.find = source, form, find

    def read(self, document: dict[str, Any], taken: Container[str]) -> Iterator[OtherForm]:
        fields = Fields(self.source, document, "what is held against other forms")
        seen: set[str] = set()
        for data in fields.tables("other"):
            own = Fields(self.source, data, "another form")
            alias, target = own.identifier("id"), own.text("form")
            if alias in seen or alias in taken:
                own.fault("id", f"another form is called '{alias}' already")
            seen.add(alias)
            agreement, rules = self._read_agreement(own), own.tables("rule")
            own.close()
            spec = self._find_form(target)
            if spec is None or not alias or agreement is None:
                continue
            self._check_periods(own, spec, agreement)
            if self._is_free(own, alias, spec):
                other = OtherForm(alias, spec, agreement, ())
                yield replace(other, rules=tuple(self._read_rules(other, rules)))
        fields.close()

    def _read_agreement(self, fields: Fields) -> PeriodAgreement | None:
        given = fields.text("period", "same")
        found = next((each for each in _AGREEMENTS if each == given), None)
        if found is None:
            fields.fault("period", "'period' must be same or same_end", suggest_nearest(given, _AGREEMENTS))
        return found

    def _find_form(self, target: str) -> FormSpec | None:
        if target == self.form.id:
            self.source.fault(target, "a form is held against others: rules about itself stand in its own definition")
            return None
        try:
            return self.find(target) if target else None
        except UnknownFormError:
            near = suggest_nearest(target, catalog.list_ids())
            self.source.fault(target, f"no form is named '{target}'", near)
        except DefinitionError:
            self.source.fault(target, f"the definition of form '{target}' has faults of its own")
        return None

    def _check_periods(self, fields: Fields, other: FormSpec, agreement: PeriodAgreement) -> None:
        mine, theirs = ("year" if each.every == "once" else each.every for each in (self.form, other))
        if agreement == "same" and mine != theirs:
            fields.fault(
                "period",
                f"'{self.form.id}' is of each {mine}, and '{other.id}' of each {theirs}: "
                "periods that are never the same",
                "write 'same_end'",
            )

    def _is_free(self, fields: Fields, alias: str, other: FormSpec) -> bool:
        """Whether what stands before the other form's names cannot be taken for a name of this one."""
        mine = [each.id for each in self.form.tables] + [each.id for each in self.form.lists]
        joined = [f"{alias}_{each.id}" for each in other.tables]
        joined += [f"{alias}_{each.id}" for each in other.lists]
        if not {alias, *joined}.isdisjoint(mine):
            fields.fault("id", f"'{alias}' is, or begins, the name of a table or list of '{self.form.id}'")
            return False
        return True

    def _read_rules(self, other: OtherForm, items: Sequence[dict[str, Any]]) -> Iterator[AcrossRule]:
        names = _join_names(self.form, other)
        seen: set[str] = set()
        for item in items:
            fields = Fields(self.source, item, "a rule")
            short, expr = fields.identifier("id"), fields.text("expr")
            if short in seen:
                fields.fault("id", f"a rule '{short}' stands here already")
            seen.add(short)
            text, basis, remedy = fields.text("text"), fields.text("basis"), fields.text("remedy", "")
            severity, per = read_severity(fields), read_per(fields, in_table=True)
            fields.close()
            for at, sums in self._resolve(other, expr, names, per) if expr and severity is not None else ():
                name = f"{other.alias}.{short}{'@' if at else ''}{at}"
                yield AcrossRule(name, text, sums, severity or "error", basis, remedy)

    def _resolve(
        self, other: OtherForm, expr: str, names: linear.Names, per: linear.Per
    ) -> Iterator[tuple[str, Linear]]:
        """The expression as sums of cells of both forms, at each of its places; what is wrong at one is told."""
        start = expr.offset if isinstance(expr, LocatedText) else 0

        def complain_at(offset: int, message: str, hint: str) -> None:
            message, hint = (re.sub(rf"(?<![\w.]){other.alias}_", f"{other.alias}.", each) for each in (message, hint))
            self.source.fault(start + offset, message, hint)

        def complain(term: grammar.Term, message: str, hint: str) -> None:
            complain_at(term.offset, message, hint)

        expression = _parse_rule(other.alias, expr, complain_at)
        if expression is None:
            return
        expression = names.settle_words(expression, None)
        earlier = [term for term in expression.terms if term.earlier]
        for term in earlier:
            complain(term, f"a rule across forms is of one period alone: no '{term.earlier}.'", "")
        if not earlier and per is not None and expression.lists:
            complain_at(0, "what a list comes to is one number: 'per' would ask it of every row or column", "")
            return
        for at, placed in () if earlier else _list_places(names, per, expression, complain):
            found = linear.resolve_expression(names, linear.RulePlace(), placed, complain)
            if found is None:
                return
            if len({other.find_own_name(name) is None for name in list_names(found)}) < 2:
                told = (
                    f"a rule across forms names figures of both: those of '{other.spec.id}' begin with '{other.alias}.'"
                )
                complain_at(0, told, "")
                return
            yield at, found


def _list_places(
    names: linear.Names, per: linear.Per, expression: grammar.Expression, complain: linear.Complain
) -> Iterator[tuple[str, grammar.Expression]]:
    """The expression at each row or column of the table that it names first in which all of its cells are there.

    Names are `table.row`, with `per = "row"` `table.column`: rows and columns of both forms that have one id are alike.
    What no place has is told.
    """
    if per is None:
        yield "", expression
        return
    open_terms = [term for term in expression.terms if len(term.parts) == 2]
    if not open_terms:
        told = "with 'per' a rule across forms names table.row, or table.column, and one of its cells at least so"
        complain(expression.left[0], told, "")
        return
    first = open_terms[0]
    table = names.tables.get(first.parts[0])
    here = replace(expression, left=(replace(first, parts=first.parts[1:]),))
    places = [] if table is None else [place.at for place in linear.find_rule_places(table, per, here)]

    def knows(term: grammar.Term, at: str, tell: linear.Complain) -> bool:
        return linear.resolve_sum(names, linear.RulePlace(), [_put_at(term, per, at)], tell) is not None

    nowhere = [term for term in open_terms if not any(knows(term, at, lambda *_: None) for at in places)]
    for term in nowhere:
        knows(term, places[0] if places else first.parts[1], complain)
    if nowhere:
        return
    met = [at for at in places if all(knows(term, at, lambda *_: None) for term in open_terms)]
    if not met:
        complain(first, f"no {per} has cells for all of these names: they are 'absent'", "")
    yield from ((at, _put_expression_at(expression, per, at)) for at in met)


def _put_expression_at(expression: grammar.Expression, per: linear.Per, at: str) -> grammar.Expression:
    left, right = (tuple(_put_at(term, per, at) for term in side) for side in (expression.left, expression.right))
    given = expression.condition
    condition = None if given is None else _put_expression_at(given, per, at)
    return replace(expression, left=left, right=right, condition=condition)


def _put_at(term: grammar.Term, per: linear.Per, at: str) -> grammar.Term:
    """A name of a table's row, or column, as that of its cell at a place; what names a cell stays."""
    if len(term.parts) != 2:
        return term
    table, name = term.parts
    return replace(term, parts=(table, name, at) if per == "column" else (table, at, name))


def _parse_rule(alias: str, expr: str, complain_at: ComplainAt) -> grammar.Expression | None:
    """The expression, the names of the other form as `_join_names` has them; None, with what is wrong told."""
    known = {alias, *grammar.EARLIER_WORDS}
    strange = [match for match in _FOUR_PARTS.finditer(_blank_quotes(expr)) if match[1] not in known]
    for match in strange:
        complain_at(match.start(), f"no other form is called '{match[1]}' here", suggest_nearest(match[1], [alias]))
    if strange:
        return None
    try:
        [relation, *more] = grammar.parse_rule(_join_aliases(expr, alias))
    except SyntaxFault as fault:
        complain_at(fault.offset, str(fault), fault.hint)
        return None
    found = relation.expression
    if more or found.chosen is not None or not found.operator.compares or found.printed:
        told = "a rule across forms compares figures of both: '=', '<=', '>=', '<' or '>', and 'if' on figures"
        complain_at(0, told, "")
        return None
    return found


def list_names(sums: Linear) -> list[str]:
    """The cells and lists that a rule names, each once: keys, and ids of lists."""
    return [*dict.fromkeys([*sums.keys, *(term.row_list for term, _ in sums.lists)])]


def list_both_cells(other: OtherForm, sums: Linear) -> tuple[tuple[CellKey, ...], tuple[CellKey, ...]]:
    """The cells that a rule names, of the form that has it and of the other one, each by its own form's key."""
    theirs = {key: other.find_own_name(key) for key in sums.keys}
    return tuple(key for key, own in theirs.items() if own is None), tuple(own for own in theirs.values() if own)


def list_both_terms(other: OtherForm, sums: Linear) -> Mapping[ListTerm, tuple[bool, ListTerm]]:
    """What a rule asks of lists, whether that is of the other form, and how the list's own form asks it."""
    found = {}
    for term, _ in sums.lists:
        theirs = other.find_own_name(term.row_list)
        found[term] = (theirs is not None, term if theirs is None else replace(term, row_list=theirs))
    return found


def _join_names(form: FormSpec, other: OtherForm) -> linear.Names:
    """What a rule about two forms can name; the tables and lists of the other one begin with its alias."""
    alias = other.alias
    tables = [replace(each, id=f"{alias}_{each.id}") for each in other.spec.tables]
    cells = [replace(each, key=f"{alias}_{each.key}") for each in other.spec.cells]
    lists = [replace(each, id=f"{alias}_{each.id}") for each in other.spec.lists]
    return linear.Names(
        (*form.tables, *tables), (*form.cells, *cells), form.every, (*form.lists, *lists), form.texts
    )  # fmt: skip


def _join_aliases(expr: str, alias: str) -> str:
    """An expression with `alias_` for `alias.` wherever that begins a name, each sign where it stood."""
    bare = _blank_quotes(expr)
    found = [match.end() - 1 for match in re.finditer(rf"(?<![\w.]){alias}\.(?=[a-z])", bare)]
    return "".join("_" if at in found else sign for at, sign in enumerate(expr))


def _blank_quotes(text: str) -> str:
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)
