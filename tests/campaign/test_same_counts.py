"""What a clerk compares is the same number everywhere: opinions, on whatever face they are told."""

from __future__ import annotations

import csv
import io
import json
import re
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner
from lxml import html

from tests.campaign.test_decisions import FINANCE, HEAD, WATER, made, office  # noqa: F401 -- fixtures
from tests.campaign.test_returns import count_told
from xltool import api
from xltool.cli import main
from xltool.codes import GRADES
from xltool.workbook.layout_plan import make_plan

SLIPS = ("十来件", "12件", -3, 4.5, None, "/", 99_999_999)


def slip(rng, data, mild):
    """A filled workbook with one to five slips of the pen: a wrong figure first, or only what is to be explained."""
    book, plan = openpyxl.load_workbook(io.BytesIO(data)), make_plan(api.form("ogi-2021"))
    inputs = [cell for cell in plan.spec.cells if not cell.total]
    for number, cell in enumerate(rng.sample(inputs, rng.randint(1, 5))):
        spot = plan.cells[cell.key]
        held = book[spot.sheet][spot.address]
        if mild:
            held.value = None
        else:
            held.value = (held.value or 0) + rng.choice([1, 9, 60]) if number == 0 else rng.choice(SLIPS)
    for text in rng.sample(list(plan.texts), rng.randint(0, 2)):
        book[plan.texts[text].sheet][plan.texts[text].address] = None
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_tally(text):
    """The counts of a sentence: `强制 2 条，核实 1 条`."""
    found = dict(re.findall(r"(强制|核实)(?:性)? ?(\d+) ?条", text))
    return int(found.get("强制", 0)), int(found.get("核实", 0))


@pytest.mark.parametrize("seed", range(6))
def test_console_json_workbook_page_and_reminders_count_the_same(office, tmp_path, seed):  # noqa: F811
    rng, files = Random(seed), {}
    for at, code in enumerate((HEAD, FINANCE, WATER)):
        files[code] = tmp_path / f"{code}.xlsx"
        files[code].write_bytes(slip(rng, office.fill(code, seed=10 * seed + at), seed >= 4))
        office.put(files[code].name, files[code].read_bytes())
    taken = {line.split("\u3000")[1]: line for line in office.run("collect").output.splitlines() if "强制" in line}
    page = tmp_path / "page.html"
    shown = office.run("status", "--html", page)
    office.run("remind")
    tree, status = html.fromstring(page.read_text("utf-8")), office.status()[1]
    with (office.root / "催报.csv").open(encoding="utf-8-sig") as listed:
        urged = {row["单位代码"]: row for row in csv.DictReader(listed)}
    for code, file in files.items():
        errors, asks = status[code]["errors"], status[code]["warnings"]
        told = json.loads(CliRunner().invoke(main, ["check", "--json", str(file)]).stdout)["opinions"]
        assert [sum(each["severity"] == grade for each in told) for grade in ("error", "warning")] == [errors, asks]
        lines = CliRunner().invoke(main, ["check", str(file)]).stdout
        assert [lines.count(f"  [{GRADES[grade]}]") for grade in ("error", "warning")] == [errors, asks]
        assert read_tally(taken[file.name]) == (errors, asks)
        [row] = tree.xpath(f"//table[@class='agencies']/tbody/tr[td[1]='{code}']")
        assert [int(cell.text_content()) for cell in row[3:5]] == [errors, asks]
        if status[code]["state"] not in {"returned", "open"}:
            continue
        counted = count_told(office, code)
        assert (counted["强制"], counted["核实"]) == (errors, asks)
        [path] = (office.root / "returned").glob(f"{code}_*.xlsx")
        head = [str(cell.value) for cell in openpyxl.load_workbook(path).worksheets[0]["A"][:6]]
        assert read_tally(next(text for text in head if text.startswith("共 "))) == (errors, asks)
        [details] = tree.xpath(f"//details[summary/b='{row[1].text_content()}']")
        assert read_tally(details.find("summary").text_content()) == (errors, asks)
        assert [len(details.xpath(f"./ul/li/span[@class='chip {grade}']")) for grade in ("error", "warning")] == [
            errors,
            asks,
        ]
        title = {"returned": "退回，待改正：", "open": "待说明（"}[status[code]["state"]]
        block = shown.stdout.partition(f"\n{title}")[2].partition(f"  {code} ")[2]
        own = re.split(r"\n  \S", block)[0]
        assert [own.count(f"    [{GRADES[grade]}]") for grade in ("error", "warning")] == [errors, asks]
        task = urged[code]["要办的事"]
        explain = status[code]["open"]
        counted = [f"{errors} 条须改" in task, f"{explain} 条须说明" in task, f"{asks - explain} 条须核对" in task]
        assert counted == [errors > 0, explain > 0, asks > explain]


def test_what_was_let_pass_is_counted_by_opinions_everywhere(office, tmp_path):  # noqa: F811
    book, plan = openpyxl.load_workbook(io.BytesIO(office.fill(FINANCE))), make_plan(api.form("ogi-2021"))
    cells = [cell for cell in plan.spec.cells if cell.key.startswith("disclosure.") and not cell.total][:3]
    spot = plan.cells["applications.received.other"]
    book[spot.sheet][spot.address].value += 7  # one cause: its column, and the total, do not balance
    for cell in cells:
        book[plan.cells[cell.key].sheet][plan.cells[cell.key].address] = None  # three cells, one remark
    buffer = io.BytesIO()
    book.save(buffer)
    office.put("财政局.xlsx", buffer.getvalue())
    office.run("collect")
    before = office.status()[1][FINANCE]
    assert before["errors"] and before["warnings"] and not before["waived"]
    [details] = read_details(office, tmp_path)
    findings = json.loads(CliRunner().invoke(main, ["check", "--json", str(office.root / "inbox/财政局.xlsx")]).stdout)
    names = {each["rule"] or each["code"] for each in findings["findings"] if each["severity"] != "info"}
    told = [
        office.run("waive", FINANCE, name, "--reason", "核对过原件", "--by", "王某").output for name in sorted(names)
    ]
    assert all("：放行 1 条。\n" in output for output in told)
    after = office.status()[1][FINANCE]
    assert (after["state"], after["waived"]) == ("accepted", before["errors"] + before["warnings"])
    assert after["waived"] < sum(len(each["findings"]) for each in findings["opinions"] if each["severity"] != "info")
    row = re.search(rf"^{FINANCE}  .*", office.run("status").stdout, re.M)[0].split()
    assert row[-2] == str(after["waived"])
    [details] = read_details(office, tmp_path)
    assert f"已放行 {after['waived']} 条" in details.find("summary").text_content()
    assert len(details.xpath(".//li[span='已放行']")) == after["waived"]
    [cell] = details.getroottree().xpath(f"//table[@class='agencies']/tbody/tr[td[1]='{FINANCE}']/td[5]")
    assert cell.text_content() == str(after["waived"])


def read_details(office, tmp_path):  # noqa: F811
    """What the page for the wall tells of each agency's findings."""
    office.run("status", "--html", tmp_path / "page.html")
    return html.fromstring((tmp_path / "page.html").read_text("utf-8")).xpath("//details")
