"""What formulas find in texts: as Python computes it, as two engines do, and never what the reader of prose denies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests import figures
from tests.rules import narratives
from tests.workbook import calc, hyperformula
from xltool import api
from xltool.forms import spec as definition
from xltool.forms.sheet_names import HIDDEN, TEXTS
from xltool.messages import DefinitionError
from xltool.model import FormSpec, Submission
from xltool.rules.facts import find_facts, read_facts
from xltool.workbook import cached_values
from xltool.workbook.formula import LATER, MEND
from xltool.workbook.layout_plan import VERDICT_COLUMN, Spot, make_plan
from xltool.workbook.stated import STEPS, list_words
from xltool.workbook.stated_values import StatedStep, read_stated_texts
from xltool.workbook.write import write_workbook

SPEC = api.form("ogi-2021")
SHARED = Path(__file__).parents[3] / "shared"
OPENING = {"applications": "收到申请5件", "disputes": "行政复议5件"}
SEED = 20250131


def stating(text: str, number: int = 0, spec: FormSpec = SPEC) -> Submission:
    """A submission with some figures whose text says so."""
    given = figures.submission(spec, figures.consistent(spec, Random(number)))
    return replace(given, texts={"overview.requests": text})


def found_in(text: str, number: int = 0) -> list[StatedStep]:
    """The clauses that formulas find in a text."""
    [steps] = [steps for key, steps in _read(stating(text, number)).items() if key == "overview.requests"]
    return [step for step in steps if step.number is not None]


def _read(submission: Submission) -> dict[str, tuple[StatedStep, ...]]:
    return read_stated_texts(make_plan(SPEC), submission)


# ------------------------------------------------------------ what is found


def test_a_figure_that_is_another_one_and_one_that_is_not():
    received = stating("").values[SPEC.index["applications.received.total"]]
    [other] = found_in("2024年，我局共收到政府信息公开申请３件。")
    assert other.said == f"\n文字写“收到政府信息公开申请3件”，表中“本年新收 总计”为 {received}。"
    [same] = found_in(f"全年收到申请 {received} 件；其中自然人3件。")
    assert same.said == f"\n“收到申请{received}件”与表中一致。"
    [none] = found_in("本年度，未收到政府信息公开申请。")
    assert none.said == f"\n文字说“未收到政府信息公开申请”，表中“本年新收 总计”为 {received}。"


def test_clauses_follow_one_another_and_sentences_too():
    said = "收到申请1件，上年结转2件，办结3件，结转下年度继续办理4件。全市有5家单位。行政复议6件，行政诉讼7件。"
    assert [step.number for step in found_in(said)] == [1, 2, 3, 4, 6], f"the first {STEPS}"


@pytest.mark.parametrize(
    "text",
    [
        "", "  \n", "收到申请约12件。", "收到申请12余件。", "收到申请12件次。", "2023年，收到申请12件。",
        "全市收到申请12件。", "与上年相比，收到申请12件。", "收到申请12345678件。", "收到申请1,234件。", "收到申请件。",
        "办结12件。", "未收到申请的单位有3家。", "收到申请{本年新收 总计}件。", "共有12家单位未收到申请。",
        "收到信件3件，办结12件。", "收到申请一件。",
    ],
)  # fmt: skip
def test_what_is_not_said_in_just_these_words_is_passed_over(text):
    assert not found_in(text)


def test_what_follows_a_clause_of_another_table_is_no_clause_of_it():
    assert [step.number for step in found_in("行政复议1件，办结2件。")] == [1]
    assert [step.number for step in found_in("收到申请1件，行政复议2件，行政诉讼3件。")] == [1, 2, 3]


def test_rare_characters_are_counted_as_excel_counts_them():
    plain, rare = (found_in(f"{name}年。收到申请3件。")[0] for name in ("龙", "\U00020000"))
    assert (rare.place, rare.end) == (plain.place + 1, plain.end + 1)
    assert rare.said == plain.said


def test_cells_left_blank_say_nothing():
    blank = replace(stating("收到申请3件。"), values=(None,) * len(SPEC.cells))
    assert [step.said for step in read_stated_texts(make_plan(SPEC), blank)["overview.requests"]] == [""] * STEPS


# ------------------------------------------------------------ one language


@pytest.mark.parametrize("form_id", ["ogi-2021", "ogi-2019"])
def test_every_clause_means_to_the_reader_of_prose_what_it_means_to_formulas(form_id):
    """So the words of a form are a part of its phrases, and no language of their own."""
    spec = api.form(form_id)
    words = list_words(spec)
    assert {each.clause.opens for each in words} == {each.clause.unit == "" for each in words} == {True, False}
    for each in words:
        clause = f"{each.word}{f'7{each.clause.unit}' if each.clause.unit else ''}"
        said = clause if each.clause.opens else f"{OPENING[each.table]}，{clause}"
        facts = [
            fact
            for fact in read_facts(spec, f"{said}。", spec.years[0])
            if fact.value == (7 if each.clause.unit else 0)
        ]
        cells = {key for fact in facts for key in fact.of[0]}
        assert cells == {*each.clause.cells[0]}, said
        if len(facts) == 1:
            assert facts[0].of == each.clause.cells, said
        assert all(fact.is_flat == (not each.clause.unit) for fact in facts), said
        assert each.clause.unit or all(fact.is_whole for fact in facts), "an error to the reader of prose, too"


def list_prose() -> Iterator[str]:
    """Sentences in the manner of reports, and mixtures of them."""
    sets = sorted(narratives.HERE.glob("narratives_*.tsv"))
    lines = [line.partition("\t")[0] for each in sets for line in each.read_text("utf-8").splitlines()]
    sample = SHARED / "cases" / "narratives-sample.jsonl"
    if sample.exists():
        lines += [json.loads(line)["text"] for line in sample.read_text("utf-8").splitlines()]
    # LibreOffice saves a tab in what a formula gives as _x0001_
    lines += [path.read_text("utf-8").replace("\t", " ") for path in (SHARED / "seed").glob("*.txt")]
    rng = Random(SEED)
    clauses = [
        f"{lead}{each.word}{f'{rng.randint(0, 30)}{each.clause.unit}' if each.clause.unit else ''}"
        for each in rng.sample(list_words(SPEC), 60)
        for lead in ("", "2024年，", "我局共", "2023年", "全市", "县本级", "比上年，")
    ]
    yield from lines
    yield from ("".join(rng.sample(lines, rng.randint(2, 4))) for _ in range(150))
    for pool in (lines, clauses, [*lines, *clauses]):
        for _ in range(150):
            parts = (part.rstrip("。") for part in rng.sample(pool, rng.randint(2, 4)))
            yield f"{rng.choice('，；。、').join(parts)}。"


def test_formulas_say_nothing_that_the_reader_of_prose_does_not():
    count, denied = 0, []
    for number, text in enumerate(list_prose()):
        given = stating(text, number % 5)
        facts = [fact for fact in find_facts(SPEC, given) if fact.kind == "figure"]
        for step in (step for steps in _read(given).values() for step in steps if step.said):
            assert step.clause is not None
            wanted, cells = ("differs" if step.code else "agrees"), {key for keys in step.clause.cells for key in keys}
            count += 1
            if not any(
                (fact.value, fact.verdict) == (step.number, wanted) and cells.issuperset(fact.keys) for fact in facts
            ):
                denied.append((step.said, text))
    assert not denied, denied[:5]
    assert count > 200


# ------------------------------------------------------------ as engines compute it


def list_cases() -> dict[str, tuple[Submission, bytes]]:
    """Workbooks with such texts in all cells that are looked at, and cells blank or not applicable."""
    rng, prose = Random(SEED), list(list_prose())
    pool = [text for number, text in enumerate(prose) if found_in(text, number % 5)] + ["", "长" * 10_000]
    cases = {}
    for number in range(10):
        given = stating("", number)
        values = list(given.values)
        for at in rng.sample(range(len(values)), rng.choice([0, 0, 1])):
            values[at] = None
        texts = {key: "".join(rng.sample(pool, rng.randint(1, 2))) for key in SPEC.stated.texts}
        zero = rng.random() < 0.3
        values = [0] * len(values) if zero else values
        submission = replace(given, values=tuple(values), texts=texts)
        cases[f"{number}"] = (submission, write_workbook(SPEC, submission))
    return cases


def compare(cases: dict[str, tuple[Submission, bytes]], seen: dict[str, dict[Spot, calc.Content]]) -> None:
    plan, different, said = make_plan(SPEC), [], 0
    for name, (submission, _) in cases.items():
        for spot, content in cached_values.compute_cached_values(plan, submission).items():
            mine = spot in plan.stated.values() or (spot.sheet == HIDDEN and spot.column >= plan.stated_column)
            if mine and (found := seen[name].get(spot, "")) != content:
                different.append(f"{name} {spot}: {str(found)[:60]!r}, Python {str(content)[:60]!r}")
            said += mine and spot.sheet == TEXTS and content != ""
    assert not different, "\n".join(different[:10])
    assert said > len(cases)


def test_libreoffice_says_what_python_says(tmp_path):
    calc.require_office()
    cases = list_cases()
    compare(cases, calc.recalculated({name: calc.spoiled(data) for name, (_, data) in cases.items()}, tmp_path))


def test_hyperformula_says_what_python_says():
    hyperformula.require_engine()
    cases = list_cases()
    compare(cases, hyperformula.computed({name: data for name, (_, data) in cases.items()}))


def test_the_lines_on_checks_count_what_is_said():
    plan = make_plan(SPEC)

    def tell(text: str) -> tuple[object, object]:
        shown = cached_values.compute_cached_values(plan, stating(text))
        return tuple(
            shown[Spot("校验", plan.lines[code], VERDICT_COLUMN)] for code in ("text.contradicted", "text.figure")
        )

    assert tell("未收到申请。") == (MEND, LATER)
    assert tell("收到申请3件。") == (LATER, "需核实")
    assert tell("收到申请约3件。") == (LATER, LATER)


# ------------------------------------------------------------ what a form may state


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('texts = ["overview", ', 'texts = ["overvew", ', "no text of the report is named 'overvew'"),
        ("applications.processed_total.total", "applications.processed.total", "no cell is named"),
        ('"<已|><办结|答复>"', '"收到申请的"', "'收到申请' of one clause begins '收到申请的' of another"),
        ('"<已|><办结|答复>"', '"收到申请"', "given twice as stated words"),
        (
            '[["applications.carried_out.total"]]\nunit = "件"',
            '[["applications.carried_out.total"]]',
            "must open its sentence",
        ),
        ('[["applications.carried_out.total"]]', '[["disclosure.fees.amount"]]', "whole figures of one table"),
        ('[["applications.carried_out.total"]]', "[]", "1 to 2 lists of cells"),
        ('"<已|><办结|答复>"', f'"{"<一|二|三|四>" * 10}"', "the choices in 'words' of a clause make too many words"),
        ('"其中<涉|因|属|与|有>"', f'"{"<一|二>" * 900}"', "the choices in 'unless' of 'stated' make too many words"),
        ('"其中<涉|因|属|与|有>"', f'"{"<一|二|三|四>" * 5}"', "words of 'unless', more than 999"),
        ('"其中<涉|因|属|与|有>"', f'"{"长" * 90_000}<一|二>{"<一|二>" * 3}"', "make too many words"),
    ],
)
def test_faults_of_what_a_form_states(old, new, told):
    text = (Path(__file__).parents[2] / "workbook_templates" / "ogi_2021.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(DefinitionError) as error:
        definition.parse_spec(text.replace(old, new), "ogi_2021.toml")
    assert told in str(error.value)
