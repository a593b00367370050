"""The figures of an agency's texts on the office page: each marked by what proves it."""

from dataclasses import replace

from tests import figures
from xltool import api
from xltool.forms import totals
from xltool.model import Reading
from xltool.web.agency_texts import make_texts
from xltool.web.numbered_opinions import number_opinions

SPEC = api.form("ogi-2021")


def test_each_figure_is_marked_by_what_proves_it():
    values = {"applications.received.natural_person": 3, "applications.granted.natural_person": 3}
    made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0) | values)
    text = "  收到申请3件，办结5件。\n\n未发生行政复议；培训2次；去年收到申请4件，{表三 本年新收 总计}件。"
    made = replace(made, values=totals.compute_totals(SPEC, made.values), texts={"overview.requests": text})
    part = make_texts(SPEC, made, None)
    [shown] = [text for section in part.sections for text in section.texts if text.text.key == "overview.requests"]
    assert [[(piece.kind, piece.printed) for piece in paragraph] for paragraph in shown.paragraphs] == [
        [("plain", "收到申请"), ("proved", "3件"), ("plain", "，办结"), ("differs", "5件"), ("plain", "。")],
        [
            ("proved", "未发生行政复议"), ("plain", "；培训"), ("unproved", "2次"), ("plain", "；去年收到申请"),
            ("unproved", "4件"), ("plain", "，"), ("named", "3"), ("plain", "件。"),
        ],
    ]  # fmt: skip
    assert (part.named, part.unknown, part.proved, part.differing, part.unproved) == (1, 0, 2, 1, 2)
    assert shown.paragraphs[0][3].why == "表中为 3"


def test_an_opinion_on_a_section_stands_beside_the_texts():
    made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0))
    [judged] = api.check([Reading(replace(made, texts={"overview": "认真贯彻落实条例。" * 10}))])
    opinions = number_opinions(SPEC, api.group_opinions(judged), judged.findings)
    [told] = [each for each in opinions if "text.aspects" in each.names]
    assert (told.tables, told.text) == ((), "overview")
