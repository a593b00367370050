"""A 说明 answers for the figures that it was written for, from the workbook to the county and back."""

from __future__ import annotations

import io

import openpyxl

from tests.campaign.test_decisions import FINANCE, made, office  # noqa: F401  the campaign of three agencies
from xltool import api
from xltool.workbook.layout_plan import make_plan

LINE = "cell.blank@disclosure"
FIRST, SECOND = "disclosure.penalties.decisions", "disclosure.coercion.decisions"


def change(data, why, *blank):
    """A workbook with some cells blank and a 说明 on the line of blanks."""
    plan, book = make_plan(api.form("ogi-2021")), openpyxl.load_workbook(io.BytesIO(data))
    for key in blank:
        book[plan.cells[key].sheet][plan.cells[key].address] = None
    spot = plan.explanations[LINE]
    book[spot.sheet][spot.address] = why
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_an_explanation_is_for_the_figures_that_it_was_written_for(office):  # noqa: F811
    whole, spot = office.fill(FINANCE), make_plan(api.form("ogi-2021")).explanations[LINE]

    def hand_in(name, why, *blank):
        office.put(name, change(whole, why, *blank))
        done = office.run("collect")
        return done.output, office.status()[1][FINANCE]

    _, told = hand_in("一.xlsx", None, FIRST)
    assert (told["state"], told["open"]) == ("open", 1)
    [back] = (office.root / "returned").glob(f"{FINANCE}_*待说明1.xlsx")
    output, told = hand_in("二.xlsx", "没有处罚权。", FIRST)
    assert (told["state"], told["open"], told["warnings"]) == ("accepted", 0, 0)
    assert "一字没改" not in output and not back.exists()
    output, told = hand_in("三.xlsx", "没有处罚权。", FIRST, SECOND)
    assert (told["state"], told["open"]) == ("open", 1)
    assert "有 1 处说明一字没改，所说的数却改过了，不再算数" in output
    [back] = (office.root / "returned").glob(f"{FINANCE}_*待说明3.xlsx")
    book = openpyxl.load_workbook(back)
    assert book[spot.sheet][spot.address].value is None, "it is asked for anew"
    said = "".join(str(cell.value) for row in book["退回意见"].iter_rows() for cell in row if cell.value)
    assert f"“校验”表 {spot.address} 的说明是按以前的数写的" in said and "请按现在的数另写，照抄原话不算" in said
    output, told = hand_in("三乙.xlsx", "没有处罚权。 ", FIRST, SECOND)
    assert told["state"] == "open", "as the sheet says"
    output, told = hand_in("四.xlsx", "处罚权、强制权都没有。", FIRST, SECOND)
    assert told["state"] == "accepted" and "一字没改" not in output


def test_what_is_found_in_a_text_is_answered_on_its_line_and_holds_for_that_text(office):  # noqa: F811
    plan, whole = make_plan(api.form("ogi-2021")), office.fill(FINANCE)
    wrong = "全年收到政府信息公开申请99999件。"

    def hand_in(name, said, why, data=whole):
        book = openpyxl.load_workbook(io.BytesIO(data))
        for spot, content in ((plan.texts["overview.requests"], said), (plan.explanations["text.figure"], why)):
            book[spot.sheet][spot.address] = content
        buffer = io.BytesIO()
        book.save(buffer)
        office.put(name, buffer.getvalue())
        office.run("collect")
        return office.status()[1][FINANCE]

    told = hand_in("一.xlsx", wrong, None)
    assert (told["state"], told["open"]) == ("open", 1)
    [back] = (path.read_bytes() for path in (office.root / "returned").glob(f"{FINANCE}_*待说明1.xlsx"))
    told = hand_in("二.xlsx", wrong, "含电话申请。", back)
    assert (told["state"], told["open"], told["warnings"]) == ("accepted", 0, 0)
    told = hand_in("三.xlsx", wrong.replace("99999", "88888"), "含电话申请。", back)
    assert (told["state"], told["open"]) == ("open", 1), "it was written for another text"
