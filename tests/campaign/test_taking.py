"""Documents of the county's that people have edited: what they changed is taken in, once, and nothing else."""

import re
import shutil
import sqlite3
import tomllib
from contextlib import closing
from copy import copy
from dataclasses import replace
from decimal import Decimal

import docx
import openpyxl
import pytest
from click.testing import CliRunner

from tests.campaign.stores import opened
from tests.campaign.test_decisions import (  # noqa: F401  the plain campaign
    FINANCE,
    HEAD,
    ROSTER,
    WATER,
    Office,
    made,
    office,
)
from tests.campaign.test_desk import TEXTS, make_office
from tests.campaign.test_desk import office as desk_office  # noqa: F401  the one with the workbook
from xltool import api
from xltool.campaign.corrections import parse_corrections
from xltool.campaign.county_edits import CountyEdits, write_county_edits
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.folder import load_campaign
from xltool.campaign.plain_edits import edit_plain_texts
from xltool.campaign.store import Store
from xltool.campaign.texts import parse_drafts
from xltool.cli import main
from xltool.forms.cell_names import name_cell
from xltool.forms.references import Piece, carry_references
from xltool.messages import DefinitionError
from xltool.model import Correction
from xltool.workbook.layout_plan import make_plan

SPEC = api.form("ogi-2021")
RECEIVED = "applications.received.natural_person"
REQUESTS = "全县新收申请{表三 本年新收 总计}件，结转下年度{applications.carried_out.total}件。"
PENALTIES, LICENSING = "disclosure.penalties.decisions", "disclosure.licensing.decisions"
OVERVIEW = "某县的概述。"


@pytest.fixture(scope="module", params=["plain", "desk"])
def summed_once(request, tmp_path_factory):
    """A campaign of either layout with its sum written, texts naming figures."""
    place = tmp_path_factory.mktemp("summed")
    if request.param == "plain":
        campaign = Office(place)
        campaign.all_in()
        own = {"overview": OVERVIEW, "overview.requests": REQUESTS, "problems": "无。", "other_matters": "无。"}
        texts = "".join(f'"{key}" = "{text}"\n' for key, text in own.items())
        (campaign.root / "county" / "texts.toml").write_text(texts, "utf-8")
    else:
        campaign = make_office(place)
        for code in ("A0", "A1", "A2", "A3"):
            campaign.take(code)
        labels = {text.label: text.key for text in SPEC.texts}
        written = TEXTS | {"overview": OVERVIEW, "overview.requests": REQUESTS}
        numbers = {labels[line["哪一段"]]: number for number, line in campaign.lines("本级文字").items()}
        campaign.edit("本级文字", **{f"B{numbers[key]}": text for key, text in written.items()})
    done = campaign.run("consolidate")
    assert done.exit_code == 0, done.output
    return campaign


@pytest.fixture
def summed(summed_once, tmp_path):
    """A copy of it for one test."""
    campaign = copy(summed_once)
    campaign.root = tmp_path / summed_once.root.name
    shutil.copytree(summed_once.root, campaign.root)
    campaign.path = campaign.root / DESK_FILE
    campaign.county = next(path for path in (campaign.root / "county", campaign.root / "汇总") if path.exists())
    campaign.report = next(campaign.county.glob("*报告.docx"))
    campaign.book = next(path for path in campaign.county.glob("*.xlsx") if "_" in path.name)
    return campaign


def write_edits(campaign, texts, added=()):
    with opened(campaign) as store:
        write_county_edits(campaign, campaign.read_roster(), store, CountyEdits(texts, added))


def read_sum(campaign):
    return api.read((campaign.county / "submission.json").read_bytes()).submission


def value(submission, key):
    return submission.values[SPEC.index[key]]


def take(campaign, path, code=0):
    done = CliRunner().invoke(
        main, ["consolidate", "--take", str(path), "-C", str(campaign.root)], catch_exceptions=False
    )
    assert done.exit_code == code, done.output
    return done


def change_report(path, old, new, to=None):
    """A person's change to a paragraph in a Word report."""
    document = docx.Document(path)
    found = [paragraph for paragraph in document.paragraphs if re.search(old, paragraph.text)]
    assert found, old
    text = re.sub(old, new, found[0].text)
    for run in found[0].runs[1:]:
        run.text = ""
    found[0].runs[0].text = text
    document.save(to or path)


def change_figure(path, key, figure, *, totals=()):
    """A person's change to a figure in a Word report, by what stands in its row and column."""
    spec_cell = SPEC.cell(key)
    document = docx.Document(path)
    table = document.tables[[table.id for table in SPEC.tables].index(spec_cell.table.id)]
    columns = [cell for cell in SPEC.cells if cell.table is spec_cell.table and cell.row is spec_cell.row]
    [row] = [row for row in table.rows if row.cells[0].text.startswith("一、本年新收")]
    at = len(row.cells) - len(columns) + [cell.key for cell in columns].index(key)
    row.cells[at].paragraphs[0].runs[0].text = str(figure)
    for place in totals:
        row.cells[place].paragraphs[0].runs[0].text = "99999"
    document.save(path)


def change_single(path, row, figure):
    """A person's change to the only figure of a row, in the first table of a Word report."""
    document = docx.Document(path)
    [cell] = [each.cells[-1] for each in document.tables[0].rows if each.cells[0].text == row]
    cell.paragraphs[0].runs[0].text = str(figure)
    document.save(path)


def written_text(campaign, key):
    if (campaign.root / DESK_FILE).exists():
        label = next(text.label for text in SPEC.texts if text.key == key)
        return next(line for line in campaign.lines("本级文字").values() if line["哪一段"] == label)["内容"]
    document = tomllib.loads((campaign.county / "texts.toml").read_text("utf-8"))
    return document[key]


def explain_correction(campaign, reason, person):
    """Writes why, and by whom, beside the correction that waits."""
    if (campaign.root / DESK_FILE).exists():
        [number] = [number for number, line in campaign.lines("更正").items() if line["哪一格"]]
        book = openpyxl.load_workbook(campaign.path)
        heads = {cell.value: cell.column for cell in book["更正"][3]}
        book["更正"].cell(number, heads["原因"]).value = reason
        book["更正"].cell(number, heads["更正人"]).value = person
        book.save(campaign.path)
        return
    path = campaign.county / "corrections.toml"
    text = re.sub('reason = ".*"', f'reason = "{reason}"', path.read_text("utf-8"))
    text = re.sub('by = ".*"', f'by = "{person}"', text)
    path.write_text(text, "utf-8")


def test_a_changed_text_becomes_the_countys_and_its_figures_stay_references(summed):
    change_report(summed.report, "^全县新收", "今年，全县共收到新的")
    told = take(summed, summed.report).output
    assert "依申请公开”收为本级文字" in told and "没有收" not in told
    assert written_text(summed, "overview.requests") == REQUESTS.replace("全县新收", "今年，全县共收到新的")
    assert written_text(summed, "overview") == OVERVIEW, "what nobody has changed is as it was"
    assert "没有要收的改动" in take(summed, summed.report).output
    summed.run("consolidate")
    new = next(path for path in summed.county.glob("*.docx") if "（新）" in path.name)
    [line] = [paragraph.text for paragraph in docx.Document(new).paragraphs if "今年，全县" in paragraph.text]
    assert re.fullmatch(r"今年，全县共收到新的申请\d+件，结转下年度\d+件。", line)
    assert "没有要收的改动" in take(summed, summed.report).output, "the edited one says what the sum says now"


def test_a_figure_changed_within_a_text_is_told_to_be_no_reference_any_more(summed):
    change_report(summed.report, r"结转下年度\d+件", "结转下年度777件")
    told = take(summed, summed.report).output
    assert "{applications.carried_out.total}（印作 " in told and "不再随表变动" in told
    assert written_text(summed, "overview.requests") == REQUESTS.replace("{applications.carried_out.total}", "777")


def test_a_changed_figure_waits_for_reason_and_name(summed):
    before = value(read_sum(summed), RECEIVED)
    change_figure(summed.report, RECEIVED, before + 3)
    told = take(summed, summed.report).output
    assert f"（D6） {before} → {before + 3}：收为更正，等写明原因和姓名" in told and "更正" in told
    assert "没有要收的改动" in take(summed, summed.report).output, "it waits already"
    done = summed.run("consolidate")
    assert "没有算进去" in done.stdout and "+3" in done.stdout
    assert value(read_sum(summed), RECEIVED) == before
    explain_correction(summed, "漏计三件", "王某")
    done = summed.run("consolidate") if not (summed.root / DESK_FILE).exists() else summed.run("consolidate", code=None)
    assert f"{before} → {before + 3}：漏计三件（王某）" in done.stdout and "没有算进去" not in done.stdout
    assert value(read_sum(summed), RECEIVED) == before + 3


def test_a_change_whose_correction_is_settled_is_the_same_before_the_sum_and_another_after_it(summed):
    before = value(read_sum(summed), RECEIVED)
    change_figure(summed.report, RECEIVED, before + 3)
    take(summed, summed.report)
    explain_correction(summed, "漏计三件", "王某")
    assert "没有要收的改动" in take(summed, summed.report).output
    CliRunner().invoke(main, ["consolidate", "-C", str(summed.root)], catch_exceptions=False)
    assert "没有要收的改动" in take(summed, summed.report).output
    new = next(path for path in summed.county.glob("*.docx") if "（新）" in path.name)
    change_figure(new, RECEIVED, before + 6)
    assert "已另有一条更正" in take(summed, new, code=3).output


def test_a_correction_with_one_of_reason_and_name_waits_and_is_told_everywhere(summed):
    change_figure(summed.report, RECEIVED, value(read_sum(summed), RECEIVED) + 3)
    take(summed, summed.report)
    said = "还没有写原因和更正人"
    for reason, person in (("", ""), ("漏计三件", ""), ("", "王某")):
        if reason or person:
            explain_correction(summed, reason, person)
            said = "还没有写更正人" if reason else "还没有写原因"
        done = summed.run("consolidate")
        assert "更正 0 处" in done.stdout and f"（D6） +3，{said}" in done.stdout
        assert "给 1 条更正写明原因和更正人" in done.stderr.rsplit("下一步：")[1]
        assert f"（D6） +3，{said}" in summed.run("status").stdout
        assert f"（D6） +3，{said}" in summed.run("sign", "--by", "李某").stderr
        summed.run("sign", "--by", "李某", "--withdraw")
        if (summed.root / DESK_FILE).exists():
            assert [each["结果"] for each in summed.lines("更正").values() if each["哪一格"]] == [f"{said}，没有照办。"]
    summed.run("sign", "--by", "李某")
    assert "更正" not in summed.run("status").stderr.rsplit("下一步：")[1]


def test_a_taking_that_is_stopped_behind_its_writing_is_noted_by_the_next(summed, monkeypatch):
    change_figure(summed.report, RECEIVED, value(read_sum(summed), RECEIVED) + 3)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "note", stop)
        take(summed, summed.report, code=130)
    assert takings(summed) == []
    assert "没有要收的改动" in take(summed, summed.report).output
    assert [detail.split("：")[0] for detail in takings(summed)] == [summed.report.name]
    take(summed, summed.report)
    assert len(takings(summed)) == 1


def stop(*_, **__):
    raise KeyboardInterrupt


def takings(campaign):
    """What is on record of takings."""
    [file] = campaign.root.glob("*.db")
    with closing(sqlite3.connect(file)) as database:
        return [row[0] for row in database.execute("SELECT detail FROM event WHERE what = 'take'")]


def test_the_workbook_is_taken_like_the_report(summed):
    plan, before = make_plan(SPEC), value(read_sum(summed), RECEIVED)
    book = openpyxl.load_workbook(summed.book)
    spot, words = plan.cells[RECEIVED], plan.texts["problems"]
    book[spot.sheet][spot.address] = before - 1
    book[words.sheet][words.address] = "问题改写了。"
    book.save(summed.book)
    told = take(summed, summed.book).output
    assert f"{before} → {before - 1}：收为更正" in told and "收为本级文字" in told
    assert written_text(summed, "problems") == "问题改写了。"


def test_a_total_that_does_not_follow_is_told_and_left(summed):
    change_figure(summed.report, RECEIVED, value(read_sum(summed), RECEIVED), totals=[-1])
    told = take(summed, summed.report, code=3).output
    assert "99999：没有收，合计由各项相加得出" in told and "收为更正" not in told


def test_what_is_empty_is_left_and_told(summed):
    change_report(summed.report, f"^{OVERVIEW}$", "")
    change_figure(summed.report, RECEIVED, "")
    told = take(summed, summed.report, code=3).output
    assert "空着或读不出来，没有收" in told and told.count("没有收") == 2
    assert written_text(summed, "overview") == OVERVIEW


def test_of_a_document_of_an_earlier_sum_is_taken_what_still_stands(summed):
    change_report(summed.report, "^全县新收", "县里新收")
    change_report(summed.report, f"^{OVERVIEW}", "领导改的概述。")
    if (summed.root / DESK_FILE).exists():
        number = next(n for n, line in summed.lines("本级文字").items() if line.get("内容") == OVERVIEW)
        summed.edit("本级文字", **{f"B{number}": "另写的。"})
    else:
        path = summed.county / "texts.toml"
        path.write_text(path.read_text("utf-8").replace(OVERVIEW, "另写的。"), "utf-8")
    done = summed.run("consolidate")
    [advised] = re.findall(r'--take "([^"]+)"', done.stderr)
    told = take(summed, advised, code=3).output
    assert "依申请公开”收为本级文字" in told and "概述”在汇总以后也改过，没有收" in told
    assert written_text(summed, "overview") == "另写的。" and "县里新收" in written_text(summed, "overview.requests")
    assert "{applications.carried_out.total}" in written_text(summed, "overview.requests")


def correct_by_hand(campaign, key, change):
    """A correction that the office writes itself."""
    if (campaign.root / DESK_FILE).exists():
        campaign.edit("更正", A4=name_cell(SPEC, key), B4=str(change), D4="核对过", E4="王某")
    else:
        line = f'[[correction]]\nkey = "{key}"\nchange = {change}\nreason = "核对过"\nby = "王某"\n'
        (campaign.county / "corrections.toml").write_text(line, "utf-8")


def test_of_an_earlier_sum_a_figure_that_is_another_by_now_is_left(summed):
    before = value(read_sum(summed), PENALTIES)
    other = value(read_sum(summed), LICENSING)
    change_single(summed.report, "行政处罚", before + 2)
    change_single(summed.report, "行政许可", other + 1)
    correct_by_hand(summed, PENALTIES, 5)
    summed.run("consolidate")
    told = take(summed, summed.report, code=3).output
    assert f"没有收，此后又汇总过，这一格已是 {before + 5}" in told
    assert f"{other} → {other + 1}：收为更正" in told


def test_a_file_of_an_earlier_sum_that_says_what_the_sum_says_by_now_has_nothing_to_take(summed):
    before = value(read_sum(summed), PENALTIES)
    change_single(summed.report, "行政处罚", before + 5)
    correct_by_hand(summed, PENALTIES, 5)
    summed.run("consolidate")
    assert value(read_sum(summed), PENALTIES) == before + 5
    assert "没有要收的改动" in take(summed, summed.report).output


def test_what_belongs_nowhere_and_what_would_be_no_reference_is_told(summed):
    document = docx.Document(summed.report)
    document.paragraphs[0].insert_paragraph_before("领导批示：请再核。")
    document.save(summed.report)
    change_report(summed.report, f"^{OVERVIEW}", "概述{见附表}。")
    told = take(summed, summed.report, code=3).output
    assert "{见附表}，花括号要成对" in told and "概述”收为" not in told and written_text(summed, "overview") == OVERVIEW
    assert "没有收：" in told and "领导批示" in told
    summed.run("consolidate")


def test_what_cannot_be_read_in_a_cell_is_told_once(summed):
    change_single(summed.report, "行政处罚", "若干")
    lines = [line for line in take(summed, summed.report, code=3).stdout.splitlines() if "行政处罚" in line]
    assert len(lines) == 1 and "填的是“若干”，不是数" in lines[0]


def test_only_documents_that_can_be_taken_are_advised_to_be(summed):
    listed = summed.county / "contributions.csv"
    listed.write_text("改了", "utf-8")
    told = summed.run("consolidate").stderr
    assert "没有覆盖" in told and "--take" not in told


def test_a_text_that_both_have_changed_is_left_to_them(summed):
    change_report(summed.report, "^全县新收", "县里新收")
    if (summed.root / DESK_FILE).exists():
        number = next(n for n, line in summed.lines("本级文字").items() if line.get("内容") == REQUESTS)
        summed.edit("本级文字", **{f"B{number}": "办公室另写的。"})
    else:
        path = summed.county / "texts.toml"
        path.write_text(path.read_text("utf-8").replace(REQUESTS, "办公室另写的。"), "utf-8")
    assert "在汇总以后也改过，没有收" in take(summed, summed.report, code=3).output
    assert written_text(summed, "overview.requests") == "办公室另写的。"


def test_a_copy_under_another_name_is_taken_and_another_bodys_is_not(summed, tmp_path):
    copy = tmp_path / "领导改过的.docx"
    change_report(summed.report, "^全县新收", "县里新收", to=copy)
    other = tmp_path / "别的县.docx"
    foreign = read_sum(summed)
    other.write_bytes(api.report(replace(foreign, agency=replace(foreign.agency, name="乙县")), "docx"))
    assert "乙县 2024 年度的" in take(summed, other, code=1).output
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04 nothing")
    assert "没有收" in take(summed, tmp_path / "坏.docx", code=1).output
    assert "打不开" in take(summed, tmp_path / "没有.docx", code=1).output
    assert "收为本级文字" in take(summed, copy).output


def test_without_a_sum_there_is_nothing_to_hold_it_against(office, tmp_path):  # noqa: F811
    (tmp_path / "甲.docx").write_bytes(b"PK\x03\x04")
    done = office.run("consolidate", "--take", tmp_path / "甲.docx")
    assert done.exit_code == 1 and "还没有汇总" in done.output
    assert office.run("consolidate", "--take", tmp_path / "甲.docx", "--strict").exit_code == 2


def test_who_took_what_is_on_record_and_an_open_workbook_is_left_alone(desk_office):  # noqa: F811
    for code in ("A0", "A1", "A2", "A3"):
        desk_office.take(code)
    desk_office.run("consolidate", code=None)
    report = next((desk_office.root / "汇总").glob("*报告.docx"))
    change_figure(report, RECEIVED, 4321)
    (desk_office.root / f".~lock.{DESK_FILE}#").write_text("", "utf-8")
    done = CliRunner().invoke(main, ["consolidate", "--take", str(report), "-C", str(desk_office.root)])
    assert done.exit_code == 1 and "正有人开着" in done.output and not desk_office.lines("更正")
    (desk_office.root / f".~lock.{DESK_FILE}#").unlink()
    done = CliRunner().invoke(main, ["consolidate", "--take", str(report), "-C", str(desk_office.root)])
    assert done.exit_code == 0, done.output
    [line] = desk_office.lines("更正").values()
    assert "本年新收" in line["哪一格"] and "原因" not in line
    assert any(event.startswith("take ") and "4321" in event for event in desk_office.events())


def test_plain_files_keep_what_people_wrote(office):  # noqa: F811
    campaign = load_campaign(office.root)
    folder = office.root / "county"
    folder.mkdir(exist_ok=True)
    (folder / "texts.toml").write_text('# 我的话\noverview = "甲"  # 尾注\n', "utf-8")
    (folder / "corrections.toml").write_text(
        '# 更正\n[[correction]]\nkey = "disclosure.fees.amount"\nchange = -0.5\nreason = "重复"\nby = "王某"\n', "utf-8"
    )
    taken = Correction("disclosure.fees.amount", 78_156_100, None, "", "")
    write_edits(campaign, {"overview": '说"好"\n第二段\\', "problems": "新"}, [taken])
    text = (folder / "texts.toml").read_text("utf-8")
    assert text.startswith("# 我的话\n") and "# 尾注" in text
    assert tomllib.loads(text) == {"overview": '说"好"\n第二段\\', "problems": "新"}
    data = (folder / "corrections.toml").read_bytes()
    assert data.startswith("# 更正\n".encode())
    assert [entry["change"] for entry in tomllib.loads(data.decode(), parse_float=Decimal)["correction"]] == [
        Decimal("-0.5"), Decimal("78.1561")]  # fmt: skip
    assert parse_corrections(data, "corrections.toml", SPEC, ())[1] == taken
    (folder / "texts.toml").write_text("overview = “甲”\n", "utf-8")
    with pytest.raises(DefinitionError, match="中文引号"):
        write_edits(campaign, {"overview": "乙"})
    assert (folder / "texts.toml").read_text("utf-8") == "overview = “甲”\n"


def test_texts_in_tables_are_written_where_they_stand(office):  # noqa: F811
    path = office.root / "county" / "texts.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text('[overview]\nrequests = "甲"\n', "utf-8")
    write_edits(load_campaign(office.root), {"overview.requests": "乙", "problems": "丙"})
    assert tomllib.loads(path.read_text("utf-8")) == {"overview": {"requests": "乙"}, "problems": "丙"}


@pytest.mark.parametrize(
    "changed, written, lost",
    [
        ("新收64件，比上年持平。结转3件。", "新收{a.b}件，比上年{change.a.b}件。结转{c.d}件。", []),
        ("今年新收64件，比上年持平。结转13件。", "今年新收{a.b}件，比上年{change.a.b}件。结转13件。", ["{c.d}"]),
        ("新收64件，比上年增加。结转3件。", "新收{a.b}件，比上年增加。结转{c.d}件。", ["{change.a.b}件"]),
        ("新收640件，比上年持平。结转3件。", "新收640件，比上年{change.a.b}件。结转{c.d}件。", ["{a.b}"]),
        ("", "", ["{a.b}", "{change.a.b}件", "{c.d}"]),
    ],
)
def test_references_are_carried_where_nobody_touched_their_figures(changed, written, lost):
    pieces = [
        Piece(*each) if isinstance(each, tuple) else Piece(each, each)
        for each in (
            "新收",
            ("{a.b}", "64"),
            "件，比上年",
            ("{change.a.b}件", "持平"),
            "。结转",
            ("{c.d}", "3"),
            "件。",
        )
    ]
    text, gone = carry_references(pieces, changed)
    assert (text, [piece.written for piece in gone]) == (written, lost)


@pytest.mark.parametrize(
    "given",
    [
        'problems = "无。"\n\n[overview]\nrequests = "申请。"  # 注\n# 再注\nplatform = "平台。"\n',
        '[overview]\nrequests = "申请。"\nplatform = "平台。"\n\n[other]\nkept = "留。"\n',
        'overview.requests = "申请。"\noverview.platform = "平台。"\n',
        'overview = { requests = "申请。", platform = "平台。" }\n',
    ],
)
def test_a_text_whose_key_is_the_head_of_a_table_takes_none_of_the_tables_texts(given):
    texts = {"overview": "概述。\n二段。", "overview.requests": "改了。"}
    edited = edit_plain_texts(given.encode(), "texts.toml", texts)
    found = parse_drafts(edited, "texts.toml")
    before = parse_drafts(given.encode(), "texts.toml")
    assert found == before | texts
    assert ("再注" in edited.decode()) == ("再注" in given)
