"""The submission document: JSON in UTF-8, every digit as filled in, to and from `Submission`."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from xltool.forms import checks, number
from xltool.forms.controls import list_control_totals
from xltool.forms.entries import name_entry, take_entry
from xltool.forms.field_kinds import take_field
from xltool.forms.list_document import RefusedLine, dump_lines, read_lines
from xltool.forms.memo import derive_once
from xltool.forms.rates import compute_rate, find_other_rates, json_rate
from xltool.forms.source import find_closest
from xltool.forms.text import clean_text, take_text
from xltool.messages import and_more, finding, suggest
from xltool.model import (
    LARGEST,
    LEVELS,
    NOT_APPLICABLE,
    Acceptance,
    Agency,
    Cell,
    CellKey,
    Finding,
    FormSpec,
    ListRow,
    Measure,
    Reading,
    Scope,
    Submission,
    Text,
    Value,
    Waiver,
    bare_key,
)
from xltool.periods import WORDS, Period, fits_form, parse_period, period_of

SUBMISSION_SCHEMA: Final = "xltool/submission/1"
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
_MOST_STRANGE: Final = 12
"""So many keys that nobody knows are told of one document."""
_FIELDS: Final = (
    "schema",
    "form",
    "year",
    "period",
    "agency",
    "scope",
    "values",
    "texts",
    "explanations",
    "serial",
    "waivers",
    "accepted",
    "level_basis",
    "controls",
    "entries",
    "lists",
    "unread_tables",
)


def looks_like(data: bytes) -> bool:
    """Whether a file is meant as a document: its first sign is a brace, and not the one of RTF."""
    begun = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:2]
    return begun[:1] == b"{" and begun != b"{\\"


def parse_document(data: bytes, form: Callable[[str], FormSpec | None], source: str = "") -> Reading:
    """The submission of a document; `form` gives the form of an id, or None.

    Every fault is a finding, never an exception.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _reject("document.syntax", line=data.count(b"\n", 0, error.start) + 1, column=1, why="不是 UTF-8 编码")
    try:
        document = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_build_object
        )
    except json.JSONDecodeError as error:
        return _reject("document.syntax", line=error.lineno, column=error.colno, why="语法错误")
    except _Fault as fault:
        return _reject("document.schema", field=fault.field, why=fault.why)
    except (
        RecursionError,
        ValueError,
        InvalidOperation,
    ):  # nested too deep, an integer of thousands of digits, 1e99999999999999999999
        return _reject("document.syntax", line=1, column=1, why="嵌套过深或数字过长")
    try:
        return _build_submission(document, form, source)
    except _Fault as fault:
        return _reject("document.schema", field=fault.field, why=fault.why)


def dump_document(spec: FormSpec, submission: Submission) -> bytes:
    """The document of a submission: keys in the order of the form, blanks as null; same submission, same bytes."""
    agency = submission.agency
    document: dict[str, Any] = {
        "schema": SUBMISSION_SCHEMA,
        "form": submission.form,
        "year": submission.year,
        **({"period": str(period_of(submission))} if submission.part else {}),
        "agency": {"code": clean_text(agency.code), "name": clean_text(agency.name), "level": agency.level},
        "scope": submission.scope,
        "values": {c.key: json_value(v, c.measure) for c, v in zip(spec.cells, submission.values, strict=True)}
        | {each.key: json_rate(compute_rate(spec, each, submission.values), each.measure) for each in spec.rates},
        "texts": {
            text.key: clean_text(submission.texts[text.key]) for text in spec.texts if submission.texts.get(text.key)
        },
    }
    if spec.entries:
        given = submission.entries
        document["entries"] = {each.key: clean_text(given.get(each.key, "")) or None for each in spec.entries}
    if spec.lists:
        document["lists"] = {
            each.id: None if each.id in submission.unread_lists else dump_lines(each, submission.lists.get(each.id, ()))
            for each in spec.lists
        }
    if submission.unread_tables:
        document["unread_tables"] = [each.id for each in spec.tables if each.id in submission.unread_tables]
    if submission.explanations:
        document["explanations"] = {name: clean_text(text) for name, text in sorted(submission.explanations.items())}
    if submission.serial:
        document["serial"] = clean_text(submission.serial)
    if submission.waivers:
        document["waivers"] = [_describe_waiver(spec, waiver) for waiver in submission.waivers]
    if submission.acceptances:
        document["accepted"] = [_describe_acceptance(spec, each) for each in submission.acceptances]
    if submission.level_basis:
        document["level_basis"] = clean_text(submission.level_basis)
    if submission.controls is not None:
        document["controls"] = {
            key: json_value(submission.controls[key], spec.cell(key).measure)
            for key in spec.index
            if key in submission.controls
        }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def json_value(value: Value, measure: Measure) -> int | float | str | None:
    """A figure for JSON; at most 15 digits, so that Python's shortest form of a double prints just these."""
    held = number.to_exact(value, measure)
    if isinstance(held, Decimal):
        return int(held) if held == int(held) else float(held)
    return held


def _describe_waiver(spec: FormSpec, waiver: Waiver) -> dict[str, Any]:
    described = {"agency": waiver.agency, "name": waiver.name, "rule": waiver.rule}
    described |= {"reason": waiver.reason, "by": waiver.person}
    values = {key: json_value(value, spec.cell(bare_key(key)).measure) for key, value in waiver.values.items()}
    return {**{name: clean_text(text) for name, text in described.items()}, "values": values}


def _describe_acceptance(spec: FormSpec, acceptance: Acceptance) -> dict[str, Any]:
    measure = spec.cell(acceptance.key).measure
    described: dict[str, Any] = {
        "agency": clean_text(acceptance.agency),
        "name": clean_text(acceptance.name),
        "cell": acceptance.key,
        "typed": json_value(acceptance.typed, measure),
        "value": json_value(acceptance.value, measure),
        "reason": clean_text(acceptance.reason),
        "by": clean_text(acceptance.person),
    }
    totals = {key: json_value(value, spec.cell(key).measure) for key, value in acceptance.totals.items()}
    return described | ({"totals": totals} if totals else {})


class _Fault(Exception):
    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field, self.why = field, why


def _refuse_constant(name: str) -> Any:
    raise _Fault(name, "不是数字")


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = [(name, clean_text(value) if isinstance(value, str) else value) for name, value in pairs]
    found = dict(held)
    if len(found) == len(held) and all(map(str.isprintable, found)):
        return found
    found = {}
    for name, value in held:
        key = clean_text(name)
        if key in found:
            raise _Fault(key, "出现了两次")
        found[key] = value
    return found


def _reject(code: str, **data: Any) -> Reading:
    return Reading(None, (finding(code, **data),))


def _reject_keys(strange: Sequence[tuple[str, Collection[str]]], form: str) -> Reading:
    """The refusal of a document for its keys that nobody knows, each with those among which it might be meant."""
    told = [(key, suggest(find_closest(key, known))) for key, known in strange[:_MOST_STRANGE]]
    others = "".join(f"；“{key}”也不是{hint}" for key, hint in told[1:])
    return _reject(
        "document.unknown_key",
        key=told[0][0],
        form=form,
        hint=f"{told[0][1]}{others}{and_more(len(strange), _MOST_STRANGE, '项')}",
    )


def _build_submission(document: Any, form: Callable[[str], FormSpec | None], source: str) -> Reading:
    if not isinstance(document, dict) or document.get("schema") != SUBMISSION_SCHEMA:
        raise _Fault("schema", f"应为 {SUBMISSION_SCHEMA}")
    form_id = _read_string(document, "form")
    spec = form(form_id)
    if spec is None:
        return _reject("file.unknown_form", hint=f"（{form_id}）")
    if fields := [field for field in document if field not in _FIELDS]:
        return _reject_keys([(field, _FIELDS) for field in fields], "上报件")
    period = _read_period(spec, document)
    scope = document.get("scope", "own")
    if scope not in ("own", "consolidated"):
        raise _Fault("scope", "应为 own（本级）或 consolidated（汇总）")
    values, texts = _read_mapping(document, "values"), _read_mapping(document, "texts")
    explanations = _read_mapping(document, "explanations")
    written = _read_mapping(document, "entries") if "entries" in document else {}
    lists = _read_mapping(document, "lists") if "lists" in document else {}
    groups = zip((values, written, lists, texts, explanations), _list_known(spec), strict=True)
    if strange := [(key, known) for given, known in groups for key in given if key not in known]:
        return _reject_keys(strange, spec.id)
    for name, given in (("texts", texts), ("explanations", explanations)):
        for key, text in given.items():
            if not isinstance(text, str | None):
                raise _Fault(f"{name}.{key}", "应为文字")
    findings: list[Finding] = []
    figures = tuple(_read_values(spec, values, findings))
    findings.extend(find_other_rates(spec, figures, dict(_list_given_rates(spec, values))))
    submission = Submission(
        form=spec.id,
        year=period.year,
        agency=_read_agency(document),
        values=figures,
        texts=_read_texts(texts, {text.key: text for text in spec.texts}, findings),
        explanations=_read_texts(explanations, {}, findings),
        scope=scope,
        source=source,
        serial=_read_string(document, "serial") if "serial" in document else "",
        waivers=tuple(_read_waivers(spec, document, findings)),
        acceptances=tuple(_read_acceptances(spec, document, findings)),
        level_basis=_read_string(document, "level_basis") if "level_basis" in document else "",
        part=period.part,
        controls=_read_controls(spec, document, findings) if "controls" in document else None,
        entries=_read_entries(spec, written, scope, findings),
        lists=_read_lists(spec, lists, scope, findings),
        unread_lists=frozenset(name for name, lines in lists.items() if lines is None),
        unread_tables=_read_unread_tables(spec, document),
    )
    return Reading(submission, tuple(findings))


@derive_once
def _list_known(spec: FormSpec) -> tuple[Collection[str], ...]:
    """The keys that may stand under values, entries, lists, texts and explanations."""
    checked = {check.name for check in checks.list_checks(spec, prior=True, controls=True)}
    return (
        frozenset(cell.key for cell in (*spec.cells, *spec.rates)),
        frozenset(spec.entries_by_key),
        frozenset(each.id for each in spec.lists),
        frozenset(text.key for text in spec.texts),
        frozenset({*checked, *(rule.name for rule in spec.rules)}),
    )


def _read_unread_tables(spec: FormSpec, document: dict[str, Any]) -> frozenset[str]:
    """The tables of which the document says that nobody read them; no report leaves out others than it says."""
    given, known = document.get("unread_tables", []), [table.id for table in spec.tables if table.unprinted]
    if not isinstance(given, list) or not all(name in known for name in given):
        raise _Fault("unread_tables", f"应为不印入报告的表：{'、'.join(known) or '这张报表没有'}")
    return frozenset(given)


def _read_period(spec: FormSpec, document: dict[str, Any]) -> Period:
    year = document.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise _Fault("year", "应为四位年份")
    period = parse_period(_read_string(document, "period")) if "period" in document else Period(year)
    if period is None or period.year != year or not fits_form(spec, period):
        raise _Fault("period", f"应为 {WORDS[spec.every].example} 的样子，年份与 year 相同")
    return period


def _read_values(spec: FormSpec, given: dict[str, Any], findings: list[Finding]) -> Iterator[Value]:
    for cell, whole in zip(spec.cells, _list_whole(spec), strict=True):
        raw = given.get(cell.key)
        plain = raw is None or (whole and type(raw) is int and -LARGEST <= raw <= LARGEST)  # as nearly all are
        yield raw if plain else _read_value(raw, cell, findings)


@derive_once
def _list_whole(spec: FormSpec) -> tuple[bool, ...]:
    """Of which cells a whole number is the figure as it is held."""
    return tuple(not cell.measure.decimals for cell in spec.cells)


def _read_entries(
    spec: FormSpec, given: Mapping[str, Any], scope: Scope, findings: list[Finding]
) -> dict[CellKey, str]:
    """What stands in the cells that are no figures, as it is taken in."""
    found = {}
    for entry in spec.entries:
        raw = given.get(entry.key)
        if not isinstance(raw, str | None):
            raise _Fault(f"entries.{entry.key}", "应为文字")
        text, turned = take_text(raw or "", name_entry(entry))
        content, noticed = take_entry(entry, text, scope)
        findings.extend((*turned, *noticed))
        if content:
            found[entry.key] = content
    return found


def _read_lists(
    spec: FormSpec, given: Mapping[str, Any], scope: Scope, findings: list[Finding]
) -> dict[str, tuple[ListRow, ...]]:
    """The lines of each list; of a sum each has the name of its agency."""
    found = {}
    for row_list in spec.lists:
        try:
            lines, noticed = read_lines(row_list, given.get(row_list.id), named=scope == "consolidated")
        except RefusedLine as fault:
            raise _Fault(f"lists.{row_list.id}{fault.place}", fault.why) from None
        findings.extend(noticed)
        if lines:
            found[row_list.id] = lines
    return found


def _list_given_rates(spec: FormSpec, given: dict[str, Any]) -> Iterator[tuple[CellKey, tuple[str, str]]]:
    """What a document says of rates, which it need not, with their names."""
    for rate in spec.rates:
        raw = given.get(rate.key)
        if raw is not None:
            written = f"{raw:f}" if isinstance(raw, Decimal) else str(raw)
            yield rate.key, (written, f"{rate.table.name}“{rate.row.short}”“{rate.column.short}”（{rate.key}）")


def _read_controls(spec: FormSpec, document: dict[str, Any], findings: list[Finding]) -> dict[str, int]:
    """核对数: the totals that are figures."""
    given = _read_mapping(document, "controls")
    known = [key for table in spec.tables for key in list_control_totals(spec, table).keys]
    for key in given:
        if key not in known:
            raise _Fault(f"controls.{key[:60]}", f"没有这个合计的核对数{suggest(find_closest(key, known))}")
    read = {key: _read_value(raw, spec.cell(key), findings) for key, raw in given.items()}
    return {key: value for key, value in read.items() if isinstance(value, int)}


def _read_value(raw: Any, cell: Cell, findings: list[Finding]) -> Value:
    if raw is None:
        return None
    if raw == "/":
        return NOT_APPLICABLE
    if isinstance(raw, str):
        return _note_figure(number.from_text(raw, cell.measure), cell.key, findings)
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        return _note_figure(number.from_decimal(Decimal(raw), cell.measure), cell.key, findings)
    what, shown = (
        ("真假值", json.dumps(raw))
        if isinstance(raw, bool)
        else ("一组数据", "{…}" if isinstance(raw, dict) else "[…]")
    )
    findings.append(finding("number.kind", cell.key, what=what, raw=shown))
    return None


def _read_waivers(spec: FormSpec, document: dict[str, Any], findings: list[Finding]) -> Iterator[Waiver]:
    """What the office that made a sum let pass; nobody lets pass what it reports of itself."""
    given = document.get("waivers", [])
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _Fault("waivers", "应为一列放行的记录")
    if given and document.get("scope") != "consolidated":
        raise _Fault("waivers", "只有汇总的上报件带放行的记录")
    for at, each in enumerate(given):
        where = f"waivers[{at}]."
        values = _read_mapping(each, "values", where)
        for key in values:
            if bare_key(key) not in spec.index:
                near = suggest(find_closest(key, spec.index.keys()))
                raise _Fault(f"{where}values", f"没有 {key[:60]} 这个单元格{near}")
        fields = ("agency", "rule", "reason", "by")
        agency, rule, reason, person = (_read_string(each, field, where) for field in fields)
        read = {key: _read_value(raw, spec.cell(bare_key(key)), findings) for key, raw in values.items()}
        name = _read_string(each, "name", where) if "name" in each else agency
        yield Waiver(agency, name, rule, reason, person, read)


def _read_acceptances(spec: FormSpec, document: dict[str, Any], findings: list[Finding]) -> Iterator[Acceptance]:
    """The figures that count in place of typed ones."""
    given = document.get("accepted", [])
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _Fault("accepted", "应为一列采纳的记录")
    for at, each in enumerate(given):
        where = f"accepted[{at}]."
        agency, name, key, reason, person = (
            _read_string(each, field, where) for field in ("agency", "name", "cell", "reason", "by")
        )
        totals = _read_mapping(each, "totals", where)
        for unknown in (known for known in (key, *totals) if known not in spec.index):
            near = suggest(find_closest(unknown, spec.index.keys()))
            raise _Fault(f"{where}cell", f"没有 {unknown[:60]} 这个单元格{near}")
        typed, value = (_read_value(each.get(field), spec.cell(key), findings) for field in ("typed", "value"))
        if not isinstance(value, int):
            raise _Fault(f"{where}value", "应为数")
        moved = {cell: _read_value(raw, spec.cell(cell), findings) for cell, raw in totals.items()}
        yield Acceptance(agency, name, key, typed, value, reason, person, moved)


def _read_texts(given: dict[str, str | None], known: Mapping[str, Text], findings: list[Finding]) -> dict[str, str]:
    """Texts of the form as they are taken in, or explanations where none is `known`."""
    found = {}
    for key, text in given.items():
        where = f"“{known[key].label}”" if key in known else f"“{key}”的说明"
        content, noticed = take_text(text or "", where)
        findings.extend(noticed)
        if key in known:
            content, noticed = take_field(known[key], content, where)
            findings.extend(noticed)
        if content:
            found[key] = content
    return found


def _note_figure(figure: number.Figure, key: str, findings: list[Finding]) -> Value:
    if figure.code:
        findings.append(finding(figure.code, key, **figure.data))
    return figure.value


def _read_agency(document: dict[str, Any]) -> Agency:
    agency = _read_mapping(document, "agency")
    # Nobody knows the level of a published report whose agency's name does not tell it.
    level = None if agency.get("level", "") is None else _read_string(agency, "level", "agency.")
    if level is not None and level not in LEVELS:
        raise _Fault("agency.level", f"应为 {'、'.join(LEVELS)} 之一")
    return Agency(_read_string(agency, "code", "agency."), _read_string(agency, "name", "agency."), level)


def _read_mapping(document: dict[str, Any], field: str, prefix: str = "") -> dict[str, Any]:
    value = document.get(field, {})
    if not isinstance(value, dict):
        raise _Fault(prefix + field, "应为一组键值")
    return value


def _read_string(document: dict[str, Any], field: str, prefix: str = "") -> str:
    value = document.get(field)
    if not isinstance(value, str) or not value.strip():
        raise _Fault(prefix + field, "应为文字，不能为空")
    return value
