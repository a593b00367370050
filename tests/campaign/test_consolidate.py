"""Sums of many agencies against sums made here; what is never summed, what needs care, blanks, `/`, two levels.

The command.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from random import Random

import openpyxl
import pandas
import pytest
from click.testing import CliRunner
from hypothesis import given as generated
from hypothesis import strategies as st

from tests import figures
from tests.campaign import stores
from xltool import api
from xltool.campaign import consolidate, contributions, county, discrepancies, folder, gathering, priors
from xltool.campaign.consolidate import consolidate_submissions, list_contributed
from xltool.campaign.folder import Campaign, load_campaign
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standings import find_standings
from xltool.charts.picture import Amount
from xltool.cli import main
from xltool.cli.consolidate import command
from xltool.forms import catalog
from xltool.messages import DefinitionError, XltoolError
from xltool.model import LARGEST, NOT_APPLICABLE, Absence, Agency, Correction, Reading
from xltool.periods import Period
from xltool.rules.matrix import build_matrix
from xltool.rules.stack import stack_values

OWN = Agency("654221-000", "额敏县", "county")
NEVER = [f"disclosure.regulations.{column}" for column in ("issued", "repealed", "in_force")]


def agency(number, level="department"):
    return Agency(f"654221-{number:03}", f"第{number}单位", level)


def returned(spec, values, number=0, **changes):
    return replace(figures.submission(spec, values, agency(number)), **changes)


def nothing(spec, **some):
    """All zero but for some inputs, with true totals."""
    return figures.summed(
        spec, dict.fromkeys(spec.index, 0) | {key.replace("__", "."): value for key, value in some.items()}
    )


@pytest.fixture(scope="module")
def many(spec):
    rng = Random(20)
    return [returned(spec, figures.consistent(spec, rng), number) for number in range(20)]


@pytest.fixture(scope="module")
def held(spec, many):
    return consolidate_submissions(spec, many, OWN, Period(2024), root_code="654221-000")


def codes(consolidation):
    return Counter(found.code for found in consolidation.findings)


def told(consolidation, spec, code):
    return [api.message(found, spec) for found in consolidation.findings if found.code == code]


# ---------------------------------------------------------------- the form's policy


def test_the_policy_of_the_two_editions(spec, spec_2019):
    for form in (spec, spec_2019):
        rows = {(cell.table.id, cell.row.id): cell.row for cell in form.cells}
        assert [key for key, row in rows.items() if row.consolidate == "never"] == [("disclosure", "regulations")]
        careful = [("disclosure", "normative_documents"), *(("disputes", body) for body in figures.BODIES)]
        assert [key for key, row in rows.items() if row.consolidate == "careful"] == careful
        for row in rows.values():
            assert bool(row.consolidate_note) == (row.consolidate == "careful")
            assert row.consolidate_note.encode("gbk").decode("gbk") == row.consolidate_note
            assert not row.consolidate_note or row.consolidate_note.endswith("。")


GUIDE = (catalog.data_folder("workbook_templates") / "README.md").read_text("utf-8")
FORM = GUIDE.partition("```toml\n")[2].partition("```")[0]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('consolidate = "never"', 'consolidate = "nevre"', "'consolidate' must be sum, never, careful, max or min"),
        ('consolidate = "never"', 'consolidate = "careful"', "a careful row must have it, and no other"),
        ('consolidate = "careful"', 'consolidate = "sum"', "a careful row must have it, and no other"),
    ],
)
def test_a_policy_that_is_none(old, new, complaint):
    assert FORM.count(old) == 1
    with pytest.raises(DefinitionError) as error:
        catalog.parse_form(FORM.replace(old, new), "media_check.toml")
    assert complaint in str(error.value)


# ---------------------------------------------------------------- sums


def test_the_sum_is_the_sum(spec, many, held):
    for at, cell in enumerate(spec.cells):
        expected = many[0].values[at] if cell.key in NEVER else sum(each.values[at] for each in many)
        assert held.total.values[at] == expected, cell.key
    assert held.values.shape == held.missing.shape == (20, len(spec.cells))
    assert (held.total.scope, held.total.serial, held.total.agency, held.total.year) == ("consolidated", "", OWN, 2024)
    assert set(codes(held)) == {"county.careful"}
    [judged] = api.check([Reading(held.total)])
    assert {found.severity for found in judged.findings} <= {"warning"}
    assert not [found for found in judged.findings if found.code == "rule.broken"]


def test_adding_in_parts_is_adding_at_once(spec, many, held):
    parts = [
        consolidate_submissions(spec, many[at : at + 5], agency(900 + at, "county"), Period(2024)).total
        for at in range(0, 20, 5)
    ]
    whole = consolidate_submissions(spec, parts, OWN, Period(2024))
    summed = [at for at, cell in enumerate(spec.cells) if cell.key not in NEVER]
    assert [whole.total.values[at] for at in summed] == [held.total.values[at] for at in summed]
    shuffled = consolidate_submissions(spec, many[::-1], OWN, Period(2024), root_code="654221-000")
    assert shuffled.total.values == held.total.values


@generated(st.lists(st.integers(0, 2**64), max_size=9), st.integers(1, 4))
def test_streaming_is_adding(seeds, at_once):
    spec = catalog.load_form("ogi-2021")
    rng = Random(repr(seeds))
    some = [
        returned(spec, nothing(spec) | {cell.key: pick(rng) for cell in rng.sample(inputs_of(spec), 30)}, number)
        for number, _ in enumerate(seeds)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consolidate, "SLICE", at_once)
        streamed = consolidate_submissions(spec, iter(some), OWN, Period(2024), root_code="654221-000")
    whole = consolidate_submissions(spec, some, OWN, Period(2024), root_code="654221-000")
    for part in ("values", "missing", "slashes"):
        assert (getattr(streamed, part) == getattr(whole, part)).all()
    assert (streamed.total, streamed.findings, streamed.agencies) == (whole.total, whole.findings, whole.agencies)
    for cell in inputs_of(spec):
        given = [each.values[spec.index[cell.key]] for each in some]
        figures = [value for value in given if isinstance(value, int)]
        alone = cell.row.consolidate == "never"
        own = given[0] if given and isinstance(given[0], int) else NOT_APPLICABLE
        others = NOT_APPLICABLE if NOT_APPLICABLE in given else None
        expected = own if alone else sum(figures) if figures else others
        assert streamed.total.values[spec.index[cell.key]] == expected, cell.key


def inputs_of(spec):
    return [cell for cell in spec.cells if not cell.total]


def pick(rng):
    return rng.choice([None, NOT_APPLICABLE, 0, rng.randrange(10), rng.randrange(10**9)])


@generated(st.lists(st.integers(-LARGEST, LARGEST), min_size=1, max_size=40))
def test_large_figures_add_up_exactly_or_not_at_all(numbers):
    form = catalog.load_form("ogi-2019")
    key = "disclosure.licensing.change"
    at = form.index[key]
    given = [
        replace(
            returned(form, dict.fromkeys(form.index, 0), number),
            values=tuple(value if i == at else 0 for i in range(len(form.cells))),
        )
        for number, value in enumerate(numbers)
    ]
    result = consolidate_submissions(form, given, OWN, Period(2020))
    expected = sum(numbers)
    assert result.total.values[at] == (expected if abs(expected) <= LARGEST else None)
    assert ("number.range" in codes(result)) == (abs(expected) > LARGEST)


def test_sums_beyond_64_bits_do_not_turn_round(spec):
    key = "disclosure.licensing.decisions"
    values = tuple(LARGEST if cell.key == key else 0 for cell in spec.cells)
    some = [
        replace(figures.submission(spec, {}, Agency(str(n), str(n), "department")), values=values)
        for n in range(10_000)
    ]
    result = consolidate_submissions(spec, some, OWN, Period(2024))
    assert result.total.values[spec.index[key]] is None
    assert "9999999999999990000" in told(result, spec, "number.range")[0]


def test_nobody_adds_up_to_nothing(spec):
    result = consolidate_submissions(spec, [], OWN, Period(2024), root_code="654221-000")
    assert {value for at, value in enumerate(result.total.values) if spec.cells[at].key not in NEVER} == {None}
    assert list(contributions.list_contributions(spec, result)) == []
    assert list(discrepancies.find_discrepancies(spec, result)) == []


def test_what_cannot_be_added(spec, many):
    with pytest.raises(XltoolError, match="有两份上报件"):
        consolidate_submissions(spec, [many[0], many[0]], OWN, Period(2024))
    with pytest.raises(XltoolError, match="不能汇总到 ogi-2021 2025 年度"):
        consolidate_submissions(spec, many, OWN, Period(2025))
    with pytest.raises(XltoolError, match="ogi-2019"):
        consolidate_submissions(spec, [replace(many[0], form="ogi-2019")], OWN, Period(2024))


# ---------------------------------------------------------------- never


@pytest.mark.parametrize(("own", "kept"), [(3, 3), (0, 0), (NOT_APPLICABLE, NOT_APPLICABLE), (None, NOT_APPLICABLE)])
def test_what_is_never_summed_is_the_roots(spec, own, kept):
    some = [returned(spec, nothing(spec) | {NEVER[0]: own}, 0), returned(spec, nothing(spec) | {NEVER[0]: 7}, 1)]
    result = consolidate_submissions(spec, some, OWN, Period(2024), root_code="654221-000")
    assert result.total.values[spec.index[NEVER[0]]] == kept
    assert codes(result)["county.missing"] == (own is None)


def test_without_a_root_it_does_not_apply(spec):
    some = [returned(spec, nothing(spec) | {NEVER[0]: None}, 1)]
    result = consolidate_submissions(spec, some, OWN, Period(2024), root_code="654221-000")
    assert [result.total.values[spec.index[key]] for key in NEVER] == [NOT_APPLICABLE] * 3
    assert not codes(result)
    assert not list_contributed(spec, result, spec.index[NEVER[0]])[0]


# ---------------------------------------------------------------- careful


def test_care_is_asked_for_where_several_add(spec):
    one = returned(spec, nothing(spec, disputes__review__upheld=2, disclosure__normative_documents__issued=1), 1)
    other = returned(spec, nothing(spec, disputes__review__other=1, disputes__direct__upheld=4), 2)
    third = returned(spec, nothing(spec), 3)
    result = consolidate_submissions(spec, [one, other, third], OWN, Period(2024))
    (message,) = told(result, spec, "county.careful")
    assert message.startswith(
        "表四“行政复议”由 2 个单位的数相加（第1单位、第2单位），现为结果维持 2、其他结果 1。一案有两个以上"
    )
    assert "涉及 表四 A6、B6、C6、D6。" in message
    assert "county/corrections.toml" in message


def test_many_agencies_are_not_all_named(spec, many, held):
    messages = told(held, spec, "county.careful")
    assert any("第11单位 等 20 个单位" in message for message in messages)
    assert not any("第12单位" in message for message in messages)


# ---------------------------------------------------------------- blanks and `/`

LICENSING = "disclosure.licensing.decisions"


@pytest.mark.parametrize(
    ("given", "total", "missing"),
    [
        ((3, 4), 7, 0),
        ((3, NOT_APPLICABLE), 3, 0),
        ((0, NOT_APPLICABLE), 0, 0),
        ((NOT_APPLICABLE, NOT_APPLICABLE), NOT_APPLICABLE, 0),
        ((NOT_APPLICABLE, None), NOT_APPLICABLE, 1),
        ((3, None), 3, 1),
        ((0, None), 0, 1),
        ((None, None), None, 1),
    ],
)
def test_blanks_and_slashes(spec, given, total, missing):
    some = [returned(spec, nothing(spec) | {LICENSING: value}, number) for number, value in enumerate(given)]
    result = consolidate_submissions(spec, some, OWN, Period(2024))
    assert result.total.values[spec.index[LICENSING]] is total or result.total.values[spec.index[LICENSING]] == total
    assert codes(result)["county.missing"] == missing


def test_who_left_what_blank_is_told(spec):
    blanks = dict.fromkeys((LICENSING, "disclosure.penalties.decisions", "applications.granted.other"))
    some = [
        returned(spec, nothing(spec) | blanks, 1),
        returned(spec, nothing(spec) | {LICENSING: None}, 2),
        returned(spec, nothing(spec), 3),
    ]
    messages = told(consolidate_submissions(spec, some, OWN, Period(2024)), spec, "county.missing")
    assert messages[0].startswith(
        "表二有 2 格有单位未填，只加了已填的数： 表二 B9、B12。未填的单位：第1单位（2 格）、第2单位（1 格）。"
    )
    assert messages[1].startswith("表三有 1 格有单位未填")


def test_totals_follow_from_what_is_there(spec):
    one = nothing(spec, applications__received__other=5, applications__carried_out__other=5) | {
        "applications.received.enterprise": None
    }
    two = nothing(spec, applications__received__enterprise=2, applications__carried_out__enterprise=2)
    blank = {key: None for key in spec.index if key.startswith("disputes.")}
    result = consolidate_submissions(
        spec, [returned(spec, one | blank, 1), returned(spec, two | blank, 2)], OWN, Period(2024)
    )
    assert result.total.values[spec.index["applications.received.total"]] == 7
    assert result.total.values[spec.index["disputes.review.total"]] is None
    assert not codes(result)["county.total"]


def test_a_total_that_an_agency_gave_wrongly_is_told(spec):
    wrong = nothing(spec, disputes__review__upheld=2) | {"disputes.review.total": 3}
    only_total = (
        nothing(spec)
        | dict.fromkeys((f"disputes.direct.{outcome}" for outcome in figures.OUTCOMES), None)
        | {"disputes.direct.total": 4}
    )
    result = consolidate_submissions(spec, [returned(spec, wrong, 1), returned(spec, only_total, 2)], OWN, Period(2024))
    assert result.total.values[spec.index["disputes.review.total"]] == 2
    (message,) = told(result, spec, "county.total")
    assert "表四有 2 个合计格" in message
    assert "第1单位（1 格）、第2单位（1 格）" in message


# ---------------------------------------------------------------- who is there


def test_who_is_absent_is_told(spec, many):
    absent = [Absence(agency(50), "未报送"), Absence(agency(51), "退回")]
    result = consolidate_submissions(spec, many[:2], OWN, Period(2024), absent=absent)
    assert told(result, spec, "county.absent")[0].startswith(
        "有 2 个单位没有汇总：第50单位（未报送）、第51单位（退回）。"
    )
    assert result.absent == tuple(absent)


def test_the_root_may_not_return_a_sum(spec, many):
    some = [replace(many[0], scope="consolidated"), many[1]]
    assert codes(consolidate_submissions(spec, some, OWN, Period(2024), root_code="654221-000"))["county.scope"] == 1
    assert not codes(consolidate_submissions(spec, some, OWN, Period(2024), root_code="654221-001"))["county.scope"]


# ---------------------------------------------------------------- what a sum is made of


def test_the_tidy_rows_of_a_cell_add_up_to_it(spec, many):
    fix = [
        Correction("disputes.review.upheld", -1, None, "重复", "王某"),
        Correction(LICENSING, None, 5, "核定", "王某"),
    ]
    result = consolidate_submissions(spec, many, OWN, Period(2024), root_code="654221-000", corrections=fix)
    sums = defaultdict(Decimal)
    for key, *_, value in contributions.list_contributions(spec, result):
        assert value
        sums[key] += value
    for cell, value in zip(spec.cells, result.total.values, strict=True):
        assert sums[cell.key] * cell.measure.scale == value, cell.key
    corrected = [row for row in contributions.list_contributions(spec, result) if not row[5]]
    assert [(row[0], row[6]) for row in corrected] == [
        (LICENSING, "更正：核定"),
        ("disputes.review.upheld", "更正：重复"),
        ("disputes.review.total", "更正"),
    ]


def test_the_rows_are_exact_and_can_be_pivoted(spec, many, held):
    names = ["key", "table", "row", "column", "kind", "code", "agency", "value"]
    frame = pandas.DataFrame(list(contributions.list_contributions(spec, held)), columns=names, dtype=object)
    fees = frame[frame["key"] == "disclosure.fees.amount"]
    assert sum(fees["value"]) * 10**6 == held.total.values[spec.index["disclosure.fees.amount"]]
    assert {type(value) for value in fees["value"]} == {Decimal}
    wide = frame.pivot_table(index="key", columns="code", values="value", aggfunc="sum")
    assert (
        wide.loc["applications.received.total", "654221-003"]
        == many[3].values[spec.index["applications.received.total"]]
    )


def test_the_csv_opens_as_chinese_and_holds_no_formula(spec):
    some = [
        returned(
            spec,
            nothing(spec, disclosure__fees__amount=78_156_100),
            1,
            agency=Agency("654221-001", "=HYPERLINK(1)", "department"),
        )
    ]
    data = b"".join(contributions.to_csv(spec, consolidate_submissions(spec, some, OWN, Period(2024))))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == list(contributions.CONTRIBUTION_HEADS)
    assert rows[1] == [
        "disclosure.fees.amount",
        "表二",
        "行政事业性收费",
        "本年收费金额（单位：万元）",
        "填报",
        "654221-001",
        "'=HYPERLINK(1)",
        "78.1561",
    ]


def test_the_sheets_show_every_agency(spec):
    one = returned(
        spec, nothing(spec, disclosure__licensing__decisions=3) | {"disclosure.penalties.decisions": None}, 1
    )
    two = returned(spec, nothing(spec) | {LICENSING: NOT_APPLICABLE, NEVER[0]: 4}, 2)
    result = consolidate_submissions(spec, [one, two], OWN, Period(2024), absent=[Absence(agency(9), "未报送")])
    sheets = contributions.build_sheets(spec, result)
    assert list(sheets) == ["汇总", "各单位", "构成", "更正", "未汇总单位"]
    wide = {row[0]: row for row in sheets["各单位"]}
    assert wide["单元格"][4:] == ("汇总数", "654221-001 第1单位", "654221-002 第2单位")
    assert wide[LICENSING][4:] == (3, 3, "/")
    assert wide["disclosure.penalties.decisions"][4:] == (0, None, 0)
    assert wide[NEVER[0]][4:] == ("/", 0, 4)
    summary = {row[0]: row for row in sheets["汇总"]}
    assert summary[LICENSING][5:] == ("相加", 1, 1, 0, 3, None, 3)
    assert summary[NEVER[0]][5:] == ("不相加，取本级单位的数", 2, 0, 0, 0, None, "/")
    assert summary["disclosure.penalties.decisions"][6:9] == (1, 0, 1)
    assert sheets["未汇总单位"][1:] == [("654221-009", "第9单位", "未报送")]
    assert len({len(row) for row in sheets["汇总"]}) == 1


def test_more_than_a_sheet_holds_is_left_to_the_csv(spec, held, monkeypatch):
    monkeypatch.setattr(contributions, "MOST_ROWS", 100)
    monkeypatch.setattr(contributions, "MOST_COLUMNS", 20)
    sheets = contributions.build_sheets(spec, held)
    assert "contributions.csv" in sheets["构成"][1][0]
    assert "contributions.csv" in sheets["各单位"][1][0]


# ---------------------------------------------------------------- discrepancies


def test_the_residual_of_the_sum_is_the_sum_of_the_residuals(spec, many):
    rng = Random(3)
    spoiled = []
    for each in many:
        values = [value + rng.choice([0, 0, 0, 1, 5]) if isinstance(value, int) else value for value in each.values]
        spoiled.append(replace(each, values=tuple(values)))
    result = consolidate_submissions(spec, spoiled, OWN, Period(2024), root_code="654221-000")
    rules = build_matrix(spec)
    left, right = rules.compute_sides(stack_values([result.total.values]))
    residual = dict(zip((rule.name for rule in rules.rules), (left - right)[0].tolist(), strict=True))
    found = defaultdict(list)
    for each in discrepancies.find_discrepancies(spec, result):
        found[each.rule.name].append(each)
    assert any(name.startswith("applications.balance@") for name in found)
    for name, parts in found.items():
        if parts[0].failing and not parts[0].apart and parts[0].rule.linear.operator.sign == "=":
            assert sum(part.residual for part in parts) == residual[name] == parts[0].total
            assert [abs(part.residual) for part in parts] == sorted(
                (abs(part.residual) for part in parts), reverse=True
            )


def test_the_agency_to_blame_stands_first(spec):
    wrong = nothing(spec, applications__received__other=9, applications__granted__other=2)
    slightly = nothing(spec, applications__received__other=1)
    against = nothing(spec, applications__granted__other=3)
    some = [returned(spec, values, number) for number, values in enumerate((nothing(spec), slightly, against, wrong))]
    result = consolidate_submissions(spec, some, OWN, Period(2024))
    rows = [
        row
        for row in discrepancies.build_sheet(spec, discrepancies.find_discrepancies(spec, result))
        if row[0] == "applications.balance@other"
    ]
    assert [(row[4], row[5], row[9], row[10]) for row in rows] == [
        (5, "654221-003", 7, "不通过"),
        (5, "654221-002", -3, "不通过"),
        (5, "654221-001", 1, "不通过"),
    ]
    assert rows[0][1:4] == ("强制", "表三“其他”栏", "第一项加第二项之和，应等于第三项加第四项之和")


def test_faults_that_cancel_out_in_the_sum_are_found(spec):
    some = [
        returned(spec, nothing(spec, applications__received__other=2), 1),
        returned(spec, nothing(spec, applications__granted__other=2), 2),
    ]
    rows = discrepancies.build_sheet(
        spec, discrepancies.find_discrepancies(spec, consolidate_submissions(spec, some, OWN, Period(2024)))
    )
    balance = [row for row in rows if row[0] == "applications.balance@other"]
    assert [(row[4], row[5], row[11]) for row in balance] == [
        (None, "654221-001", "汇总数通过"),
        (None, "654221-002", "汇总数通过"),
    ]


def test_what_a_correction_does_to_a_rule_has_a_row(spec):
    some = [returned(spec, nothing(spec), 1)]
    fix = [Correction("applications.received.other", 2, None, "补", "王某")]
    rows = discrepancies.build_sheet(
        spec,
        discrepancies.find_discrepancies(spec, consolidate_submissions(spec, some, OWN, Period(2024), corrections=fix)),
    )
    assert ("applications.balance@other", "", "更正", 2) in [(row[0], row[5], row[6], row[9]) for row in rows]


def test_inequalities_conditions_and_rows_apart(spec):
    key = "disclosure.regulations.issued"
    some = [
        returned(spec, nothing(spec, disclosure__normative_documents__issued=3), 1),
        returned(
            spec,
            nothing(spec, disclosure__normative_documents__issued=1, disclosure__normative_documents__in_force=2),
            2,
        ),
        returned(spec, nothing(spec, disputes__review__upheld=1) | {key: 2}, 3),
    ]
    result = consolidate_submissions(spec, some, OWN, Period(2024), root_code="654221-001")
    rows = list(discrepancies.build_sheet(spec, discrepancies.find_discrepancies(spec, result)))
    by_rule = defaultdict(list)
    for row in rows[1:]:
        by_rule[row[0]].append(row)
    assert [row[5] for row in by_rule["disclosure.in_force@normative_documents"]] == ["654221-001", "654221-002"]
    assert [row[10] for row in by_rule["disclosure.in_force@normative_documents"]] == ["不通过", "通过"]
    assert by_rule["disclosure.in_force@regulations"][0][11] == "不参加相加"
    assert by_rule["disputes_need_applications"][0][7:10] == (1, 0, None)


def test_rules_between_the_years(spec):
    last = returned(
        spec, nothing(spec, applications__carried_out__other=3, applications__received__other=3), 1, year=2023
    )
    now = returned(spec, nothing(spec, applications__carried_in__other=1, applications__granted__other=1), 1)
    result = consolidate_submissions(spec, [now], OWN, Period(2024))
    total = consolidate_submissions(spec, [last], OWN, Period(2023)).total
    found = list(discrepancies.find_discrepancies(spec, result, {"654221-001": last}, total))
    assert any(each.residual == each.total == -2 and each.failing for each in found if "carried" in each.rule.id)
    assert not [
        each
        for each in discrepancies.find_discrepancies(spec, result)
        if each.rule.linear.prior and each.rule.linear.alone is None
    ]


# ---------------------------------------------------------------- two levels


def test_two_counties_make_a_city(spec, many):
    counties = []
    for number, some in enumerate((many[:8], many[8:16])):
        own = Agency(f"65422{number}", f"第{number}县", "county")
        total = consolidate_submissions(spec, some, own, Period(2024), root_code=some[0].agency.code).total
        counties.append(api.read(api.dump(total)).submission)
    office = returned(
        spec,
        figures.consistent(spec, Random(99)) | {NEVER[0]: 2, NEVER[2]: 5},
        0,
        agency=Agency("654200", "市政府办公室", "city"),
    )
    city = Agency("654200", "塔城市", "city")
    result = consolidate_submissions(spec, [office, *counties], city, Period(2024), root_code="654200")
    for at, cell in enumerate(spec.cells):
        leaves = [each.values[at] for each in (office, *many[:16])]
        assert result.total.values[at] == (office.values[at] if cell.key in NEVER else sum(leaves)), cell.key
    assert result.total.agency.level == "city"
    assert not codes(result)["county.scope"]
    [judged] = api.check([Reading(result.total)])
    assert "error" not in {found.severity for found in judged.findings}


# ---------------------------------------------------------------- the folder and the command


def run(*arguments):
    names = main.context_settings["help_option_names"]  # click makes a command's option of help once, by these
    return CliRunner().invoke(command, [*map(str, arguments)], catch_exceptions=False, help_option_names=names)


def outputs(campaign):
    return {path.name: path.read_bytes() for path in sorted((campaign.root / "county").iterdir())}


TEXTS = """
overview = "收到{applications.received.total}件，比上年{change.applications.received.total}件。"
problems = "问题。"
other_matters = "未收取信息处理费，收费{disclosure.fees.amount}万元。"
"""


def steady(values):
    """The figures of a year like the last: nothing carried over, no document issued."""
    values = values | {key: 0 for key in values if key.startswith(("disclosure.normative", "applications.carried"))}
    for column in figures.APPLICANTS:
        values[f"applications.received.{column}"] = values[f"applications.processed_total.{column}"]
    return figures.summed(stores.SPEC, values)


@pytest.fixture
def played(tmp_path):
    """A county of four, with last year's documents: three accepted, the last not returned yet."""
    roster = Roster(stores.entries(4))
    rng = Random(5)
    (tmp_path / "上年").mkdir()
    priors, given = {}, {}
    for entry in roster.entries:
        code = entry.agency.code
        values = steady(figures.consistent(stores.SPEC, rng))
        priors[code] = replace(figures.submission(stores.SPEC, values, entry.agency), year=2023)
        given[code] = replace(priors[code], year=2024)
        (tmp_path / "上年" / f"{code}.json").write_bytes(api.dump(priors[code]))
    campaign = Campaign(tmp_path / "额敏县", stores.SPEC.id, 2024, "额敏县", stores.DEADLINE, ("../上年",))
    folder.create_campaign(campaign, roster, roster.to_csv())
    with stores.opened(campaign) as store:
        for code in list(given)[:3]:
            reading = stores.take_judged(store, given[code], "2025-01-10T09:00:00", f"{code}.xlsx")
            assert api.status(reading) == "accepted", [api.message(found, stores.SPEC) for found in reading.findings]
    return campaign, given


def test_it_refuses_while_somebody_is_missing(played):
    campaign, _ = played
    done = run("-C", campaign.root)
    assert done.exit_code == 3
    assert "654221-003" in done.output
    assert "未报送" in done.output
    assert "--allow-missing" in done.output
    assert outputs(campaign) == {}


def test_everything_is_written_and_agrees(played):
    campaign, given = played
    with stores.opened(campaign) as store:
        stores.take_judged(store, given["654221-003"], "2025-01-11T09:00:00", "d.xlsx")
    (campaign.root / "county" / "texts.toml").write_text(TEXTS, "utf-8")
    done = run("-C", campaign.root)
    assert done.exit_code == 0, done.output
    made = outputs(campaign)
    report = "额敏县2024年政府信息公开工作年度报告"
    assert set(made) == {
        *(
            "submission.json",
            "texts.toml",
            "654221-000_额敏县_2024.xlsx",
            f"{report}.docx",
            f"{report}.html",
            f"{report}图示.html",
        ),
        *("contributions.xlsx", "contributions.csv", "discrepancies.xlsx"),
    }
    document = json.loads(made["submission.json"])
    assert document["scope"] == "consolidated"
    assert document["agency"] == {"code": "654221-000", "name": "额敏县", "level": "county"}
    total = api.read(made["submission.json"]).submission
    received = sum(each.values[stores.SPEC.index["applications.received.total"]] for each in given.values())
    assert total.values[stores.SPEC.index["applications.received.total"]] == received
    assert document["texts"]["overview"] == f"收到{received}件，比上年持平。"
    assert f"收到{received}件，比上年持平。" in made[f"{report}.html"].decode()
    assert api.read(made["654221-000_额敏县_2024.xlsx"]).submission.values == total.values
    book = openpyxl.load_workbook(io.BytesIO(made["contributions.xlsx"]))
    assert book.sheetnames == ["汇总", "各单位", "构成", "更正", "未汇总单位", "图示"]
    summed = {row[0]: row[-1] for row in book["汇总"].iter_rows(min_row=2, values_only=True)}
    assert summed["applications.received.total"] == received
    assert "名录 4 个单位：汇总 4，未汇总 0；更正 0 处" in done.output


def test_pictures_have_a_page_of_their_own_and_the_report_has_none(played):
    campaign, given = played
    assert run("-C", campaign.root, "--allow-missing").exit_code == 0
    made = {name: data.decode() for name, data in outputs(campaign).items() if name.endswith(".html")}
    (alone,) = (page for name, page in made.items() if name.endswith("图示.html"))
    (report,) = (page for name, page in made.items() if not name.endswith("图示.html"))
    assert "<svg" not in report and "图示" not in report
    at = stores.SPEC.index["applications.received.total"]
    summed = [each for code, each in given.items() if code != "654221-003"]
    order = sorted(summed, key=lambda each: -each.values[at])
    told = "，".join(f"{each.agency.name} {each.values[at]}件" for each in order)
    assert f"{told}。另有1个单位没有汇总，不在图中。</desc>" in alone
    assert "2024年申请的办理结果</title>" in alone


def test_blanks_of_agencies_are_no_zeros_in_the_picture_and_corrections_are_told(spec):
    row = "applications.received."
    filled = returned(spec, nothing(spec, applications__received__other=3), 1)
    some = returned(
        spec, nothing(spec, applications__received__other=2) | {f"{row}natural_person": None, f"{row}total": None}, 2
    )
    none = returned(spec, nothing(spec) | dict.fromkeys((key for key in spec.index if key.startswith(row)), None), 3)
    slashed = returned(
        spec, nothing(spec) | dict.fromkeys((key for key in spec.index if key.startswith(row)), NOT_APPLICABLE), 4
    )
    more = Correction(f"{row}other", -1, None, "重复", "王某")
    result = consolidate_submissions(
        spec,
        [filled, some, none, slashed],
        OWN,
        Period(2024),
        corrections=[more],
        absent=[Absence(agency(9), "未报送")],
    )
    (picture,) = contributions.draw_contributions(spec, result)
    names = [each.agency.name for each in (filled, some, none, slashed)]
    assert [(bar.label, bar.amounts[0]) for bar in picture.bars] == [(names[0], Amount(3)), (names[1], Amount(2, 1))]
    assert picture.notes == (
        f"未填的单位有1个：{names[2]}。",
        f"填“/”的单位有1个：{names[3]}。",
        "各单位相加之后另有更正-1件。",
        "另有1个单位没有汇总，不在图中。",
    )


def test_the_same_again_is_the_same_to_the_byte(played):
    campaign, _ = played
    assert run("-C", campaign.root, "--allow-missing").exit_code == 0
    first = outputs(campaign)
    assert run("-C", campaign.root, "--allow-missing").exit_code == 0
    assert outputs(campaign) == first
    assert run("-C", campaign.root, "--allow-missing", "--strict").exit_code in {3, 4}


def test_who_is_left_out_is_told(played):
    campaign, given = played
    wrong = replace(
        given["654221-001"], values=tuple(value + (at == 20) for at, value in enumerate(given["654221-001"].values))
    )
    with stores.opened(campaign) as store:
        stores.take_judged(store, wrong, "2025-01-12T09:00:00", "b2.xlsx")
    done = run("-C", campaign.root, "--allow-missing")
    assert done.exit_code == 0, done.output
    assert "654221-001　额敏县教育和科学技术局　退回，第 2 版" in done.output
    assert "654221-003　额敏县自然资源局　未报送" in done.output
    assert "有 2 个单位没有汇总" in done.output
    total = api.read(outputs(campaign)["submission.json"]).submission
    at = stores.SPEC.index["applications.received.total"]
    assert total.values[at] == given["654221-000"].values[at] + given["654221-002"].values[at]


def test_corrections_are_shown_and_counted(played):
    campaign, given = played
    text = '[[correction]]\nkey = "disputes.review.upheld"\nchange = 1\nreason = "漏计甲案"\nby = "王某"\n'
    (campaign.root / "county" / "corrections.toml").write_text(text, "utf-8")
    done = run("-C", campaign.root, "--allow-missing")
    assert "更正 1 处" in done.output
    assert "漏计甲案（王某）" in done.output
    at = stores.SPEC.index["disputes.review.upheld"]
    assert api.read(outputs(campaign)["submission.json"]).submission.values[at] == 1 + sum(
        list(given.values())[i].values[at] for i in range(3)
    )
    sheet = openpyxl.load_workbook(io.BytesIO(outputs(campaign)["contributions.xlsx"]))["更正"]
    assert [row[7] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["漏计甲案"]


@pytest.mark.parametrize(
    ("name", "text"), [("corrections.toml", "[[correction]]\n"), ("texts.toml", 'overview = "{x}"')]
)
def test_faults_of_the_offices_files_leave_the_old_outputs(played, name, text):
    campaign, _ = played
    run("-C", campaign.root, "--allow-missing")
    before = outputs(campaign)
    (campaign.root / "county" / name).write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=rf"county/{name}"):
        run("-C", campaign.root, "--allow-missing")
    assert {key: value for key, value in outputs(campaign).items() if key != name} == before


def test_errors_in_the_sum_make_a_draft(played):
    campaign, _ = played
    text = '[[correction]]\nkey = "applications.received.other"\nchange = 1\nreason = "误"\nby = "王某"\n'
    (campaign.root / "county" / "corrections.toml").write_text(text, "utf-8")
    done = run("-C", campaign.root, "--allow-missing")
    assert done.exit_code == 3
    assert "报告标明是草稿" in done.output
    made = outputs(campaign)
    pages = [data.decode() for name, data in made.items() if name.endswith(".html")]
    assert len(pages) == 2 and all("草稿：尚有未通过的审核项，不得公布" in page for page in pages)
    sheet = openpyxl.load_workbook(io.BytesIO(made["discrepancies.xlsx"])).worksheets[0]
    assert any(row[6] == "更正" for row in sheet.iter_rows(values_only=True))


def test_what_was_let_pass_in_an_agency_does_not_block_the_sum(played):
    campaign, _ = played
    wrong = nothing(stores.SPEC, applications__received__other=3, applications__granted__other=1)
    with stores.opened(campaign) as store:
        named = stores.entries()[1].agency
        stores.take_judged(store, figures.submission(stores.SPEC, wrong, named), "2025-01-12T09:00:00", "b2.xlsx")
        stores.waive(store, "654221-001", "applications.balance@other", "年底撤回两件")
        stores.waive(store, "654221-001", "applications.balance@total")
        for name in ("applications.carried_in", "applications.carried_in_total"):
            stores.waive(store, "654221-001", name)
    texts = "".join(f'{key} = "已写明。"\n' for key in ("overview", "problems", "other_matters"))
    (campaign.root / "county" / "texts.toml").write_text(texts, "utf-8")  # else it would be a draft for want of them
    done = run("-C", campaign.root, "--allow-missing")
    assert done.exit_code == 0, done.output
    [told] = [line for line in done.output.splitlines() if "[提示] 表三“其他”栏：本年新收" in line]
    assert "第一项加第二项之和，应等于第三项加第四项之和。" in told
    assert "表三“其他”栏不平，只因已放行的单位：额敏县教育和科学技术局（年底撤回两件，王某）" in done.output
    assert "草稿" not in done.output
    text = '[[correction]]\nkey = "applications.granted.other"\nchange = 1\nreason = "误"\nby = "王某"\n'
    (campaign.root / "county" / "corrections.toml").write_text(text, "utf-8")
    assert run("-C", campaign.root, "--allow-missing").exit_code == 3, "what a correction breaks is nobody's waiver"


def test_of_many_agencies_the_sum_names_the_exceptional_and_counts_the_rest(tmp_path):
    roster = Roster(stores.entries(300))
    campaign = stores.campaign(tmp_path, roster)
    with stores.opened(campaign) as store:
        for at, entry in enumerate(roster.entries[:220]):
            given = figures.submission(stores.SPEC, stores.FIGURES, entry.agency)
            stores.take_judged(store, given, "2025-01-10T09:00:00", f"{at}.xlsx")
    done = run("-C", campaign.root)
    assert done.exit_code == 3 and len(done.stdout.splitlines()) < 20
    assert "  还有 65 个；加 --all 全部列出。" in done.stdout
    assert len(run("-C", campaign.root, "--all").stdout.splitlines()) > 80
    done = run("-C", campaign.root, "--allow-missing")
    assert done.exit_code == 0 and len(done.stdout.splitlines()) < 60
    assert "名录 300 个单位：汇总 220，未汇总 80" in done.stdout and "第219单位" not in done.stdout
    assert "第219单位" in run("-C", campaign.root, "--allow-missing", "--all").stdout


def test_nobody_to_sum(tmp_path):
    campaign = stores.campaign(tmp_path, Roster(stores.entries(2)))
    done = run("-C", campaign.root, "--allow-missing")
    assert done.exit_code == 3
    assert "没有可以汇总的单位" in done.output


def test_the_sum_of_the_roster_own_top_covers_nobody(tmp_path, spec):
    """An office that returns by mistake the sum of all stands beside its agencies.

    If it covered them nobody would be left to add up.
    """
    roster = Roster(stores.entries(4))
    campaign = stores.campaign(tmp_path, roster)
    rng = Random(2)
    with stores.opened(campaign) as store:
        for at, entry in enumerate(roster.entries):
            given = figures.submission(spec, figures.consistent(spec, rng), entry.agency)
            given = replace(given, scope="own" if at else "consolidated")
            stores.take_judged(store, given, "2025-01-10T09:00:00", f"{at}.xlsx")
        found = gathering.gather_standings(find_standings(campaign, roster, store, stores.DEADLINE))
    assert [standing.entry.agency.code for standing in found.taken] == [e.agency.code for e in roster.entries]
    assert found.covered == found.absent == ()


def test_what_is_in_a_sum_already_is_not_added_again(tmp_path, spec):
    """A tree in one roster: the township's offices are in the sum that the township returned."""
    names = [
        ("1", "县办", "county", ""),
        ("2", "镇", "township", "1"),
        ("3", "镇财政所", "department", "2"),
        ("4", "局", "department", "1"),
    ]
    roster = Roster(tuple(RosterEntry(Agency(code, name, level), parent) for code, name, level, parent in names))
    campaign = stores.campaign(tmp_path, roster)
    rng = Random(1)
    with stores.opened(campaign) as store:
        for code in "1234":
            given = figures.submission(spec, figures.consistent(spec, rng), roster.agencies[code].agency)
            if code == "2":
                given = replace(given, scope="consolidated")
            if code != "3":
                stores.take_judged(store, given, "2025-01-10T09:00:00", f"{code}.xlsx")
        found = gathering.gather_standings(find_standings(campaign, roster, store, stores.DEADLINE))
    assert [standing.entry.agency.code for standing in found.taken] == ["1", "2", "4"]
    assert found.absent == ()
    assert [(each.agency.code, each.reason) for each in found.covered] == [("3", "已含在镇的汇总数里")]


def test_whose_the_sum_is(tmp_path):
    campaign = stores.campaign(tmp_path, Roster(stores.entries(2)))
    assert county.find_own_agency(campaign, campaign.read_roster()) == Agency("654221-000", "额敏县", "county")
    orphans = Roster(tuple(RosterEntry(agency(number), "") for number in range(2)))
    assert county.find_own_agency(campaign, orphans) == Agency("county", "额敏县", "county")
    cities = Roster(tuple(RosterEntry(agency(number, "city"), "") for number in range(2)))
    assert county.find_own_agency(campaign, cities).level == "city"


def test_last_years_sum_is_the_one_that_was_kept(played, tmp_path):
    campaign, given = played
    old = stores.campaign(tmp_path / "去年", Roster(stores.entries(4)))
    kept = replace(next(iter(given.values())), year=2023, scope="consolidated", agency=OWN)
    (old.root / "county" / "submission.json").write_bytes(api.dump(kept))
    known = priors.gather_last_year([old.root], Period(2024), campaign.read_roster())
    assert county.find_last_total(OWN, known).values == kept.values
    assert county.find_last_total(OWN, {}) is None
    assert county.find_last_total(OWN, {"x": kept}) == kept
    renamed = replace(kept, agency=replace(kept.agency, name="旧名县"))
    assert county.find_last_total(OWN, {"x": renamed}) == renamed  # its code says whose it is
    assert county.find_last_total(OWN, {"x": replace(kept, scope="own")}) is None
    assert load_campaign(campaign.root).prior == ("../上年",)


def test_what_is_printed_can_be_shown_by_a_chinese_windows(played):
    campaign, _ = played
    output = run("-C", campaign.root, "--allow-missing").output
    shown = "\n".join(line for line in output.splitlines() if "已写出" not in line and str(campaign.root) not in line)
    assert shown.encode("gbk")
    assert not [sign for sign in shown if unicodedata.category(sign) == "Cc" and sign != "\n"]
