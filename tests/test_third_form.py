"""A form of another subject, as a county office would write it, goes the whole way without a line of Python."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pytest

DEFINITION = """
id = "media-inspection"
title = "政务新媒体季度检查表"
authority = "县政府办公室"
basis = "县政办字〔2024〕6号"
years = [2024, 2026]
steps = ["没有发生的填 0。", "看“校验”，通过后报送。"]
law = "《政府网站与政务新媒体检查指标》第三条"
period = "4 月 1 日至 6 月 30 日"
deadline = "七月十五日前报送。"
office = "政务新媒体工作机构"

[published]
subjects = ["新媒体检查", "政务新媒体季度检查"]
shared = ["政务新媒体"]

[measure.count]
unit = "个"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2
maximum = 100000
doubtful_from = 1000

[measure.change]
unit = "个"
decimals = 0
signed = true

[[text]]
key = "contact.phone"
label = "联系电话"
place = "cover"

[[text]]
key = "summary"
label = "检查概况"
guidance = "写明检查的时间和范围。"
required = true
lines = 4

[[text]]
key = "problems"
label = "存在的问题"
heading = "（一）问题"
lines = 4

[[section]]
heading = "一、检查概况"
texts = ["summary", "problems"]
facts_opening = "联系人员："
facts = ["contact.phone"]

[[section]]
heading = "二、账号和经费"
table = "accounts"

[[section]]
heading = "三、群众留言"
table = "messages"

[[chart]]
id = "accounts"
title = "{year}年在用和问题账号"
axis = "账号"
bars = ["accounts.open.total", "each(accounts.faults.total)"]
none = "{year}年没有账号。"

[[chart]]
id = "answers"
title = "{year}年留言的回复"
axis = "平台"
bars = ["messages.wechat.received", "sum(messages.others.received)"]
none = "{year}年没有留言。"

[[chart]]
id = "change"
over = "years"
title = "{year}年与{last_year}年的问题账号"
axis = "账号"
bars = ["sum(accounts.faults.total)", "accounts.change.total"]
none = "{year}年和{last_year}年都没有问题账号。"

[[chart]]
id = "units"
over = "agencies"
title = "{year}年各单位的微信留言"
axis = "单位"
bars = ["messages.wechat.received"]
none = "{year}年都没有微信留言。"

[[table]]
id = "accounts"
name = "表一"
sheet = "表一 账号"
title = "二、账号和经费"
widths = [20, 25, 15, 15, 15, 20]
note = "注：问题账号按类别只计一次。"

[[table.block]]
caption = "账号"
corner = "项目"
rows = [
  { id = "open", label = "一、在用账号" },
  { id = "faults", label = "二、问题账号", rows = [
    { id = "stale", label = "（一）超过两周不更新" },
    { id = "silent", label = "（二）留言不回复", variants = ["（二）不回复留言"] },
    { id = "faulty", label = "（三）小计", total = true },
  ] },
  { id = "change", label = "三、比上季度增减" },
]
columns = [
  { id = "platform", label = "平台", columns = [
    { id = "wechat", label = "微信", measure = "change" },
    { id = "weibo", label = "微博", measure = "change" },
    { id = "video", label = "短视频", measure = "change" },
  ] },
  { id = "total", label = "合计", total = true, measure = "change" },
]

[[table.block]]
caption = "经费"
corner = "项目"
measure = "money"
columns = [{ id = "amount", label = "金额（单位：万元）", short = "金额" }]

[[table.block.rows]]
id = "budget"
label = "年度预算"

[[table.block.rows]]
id = "spent"
label = "本季度支出"
not_applicable = true
levels = ["county"]
levels_basis = "县政办字〔2024〕6号第三条"

[[table.rule]]
id = "faulty"
per = "column"
expr = "faulty = sum(faults)"
defines = true
text = "小计应等于两类问题账号之和"
basis = "县政办字〔2024〕6号 表一"

[[table.rule]]
id = "platforms"
per = "row"
expr = "total = sum(platform)"
defines = true
text = "合计应等于各平台之和"
basis = "县政办字〔2024〕6号 表一"

[[table.rule]]
id = "within"
per = "column"
expr = "faulty <= open"
text = "问题账号不应多于在用账号"
remedy = "核对同一账号有没有重复计数。"
basis = "县政办字〔2024〕6号 表一"

[[table.rule]]
id = "spending"
expr = "spent.amount <= budget.amount"
severity = "warning"
text = "本季度支出一般不超过年度预算"
basis = "县政办字〔2024〕6号 表一"

[[table]]
id = "messages"
name = "表二"
sheet = "表二 留言"
title = "三、群众留言"
widths = [10, 10, 10, 10, 10, 10]
landscape = true

[[table.block]]
across = true
rows = [
  { id = "wechat", label = "微信" },
  { id = "others", label = "其他平台", rows = [{ id = "weibo", label = "微博" }] },
]
columns = [
  { id = "answered", label = "已回复" },
  { id = "open", label = "未回复" },
  { id = "received", label = "收到", total = true },
]

[[table.rule]]
id = "received"
per = "row"
expr = "received = answered + open"
defines = true
text = "收到应等于已回复与未回复之和"
basis = "县政办字〔2024〕6号 表二"

[[rule]]
id = "silent_needs_messages"
expr = "accounts.silent.wechat needs messages.wechat.received"
severity = "warning"
text = "有不回复留言的账号，一般应有收到的留言"
basis = "县政办字〔2024〕6号 表一、表二"
"""

RIGHT = {
    "accounts.open.wechat": 12,
    "accounts.open.weibo": 5,
    "accounts.open.video": 3,
    "accounts.stale.wechat": 2,
    "accounts.stale.weibo": 0,
    "accounts.stale.video": 1,
    "accounts.silent.wechat": 1,
    "accounts.silent.weibo": 0,
    "accounts.silent.video": 0,
    "accounts.change.wechat": -3,
    "accounts.change.weibo": 0,
    "accounts.change.video": 1,
    "accounts.budget.amount": 12.5,
    "accounts.spent.amount": 3.07,
    "messages.wechat.answered": 40,
    "messages.wechat.open": 2,
    "messages.weibo.answered": 7,
    "messages.weibo.open": 0,
}
TOTALS = {
    "accounts.open.total": 20,
    "accounts.faulty.wechat": 3,
    "accounts.faulty.total": 4,
    "accounts.change.total": -2,
    "messages.wechat.received": 42,
    "messages.weibo.received": 7,
}
BLANK = {
    "schema": "xltool/submission/1",
    "form": "media-inspection",
    "year": 2025,
    "agency": {"code": "654221-001", "name": "额敏县政府办公室", "level": "county"},
    "scope": "own",
    "values": {},
    "texts": {"summary": "六月检查了全部账号。", "problems": "两个账号更新不及时。", "contact.phone": "0901-0000000"},
}


class Clerk:
    """Somebody with the command `xltool`, a folder and a spreadsheet program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        forms = folder / "forms"
        forms.mkdir()
        (forms / "media_inspection.toml").write_text(DEFINITION, encoding="utf-8")
        self.environment = {**os.environ, "XLTOOL_FORMS": str(forms), "PYTHONIOENCODING": "utf-8"}

    def xltool(self, *arguments: str | Path) -> tuple[int, str, str]:
        run = subprocess.run(
            [Path(sys.executable).parent / "xltool", *arguments],
            capture_output=True,
            env=self.environment,
            check=False,
            cwd=self.folder,
        )
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def described(self) -> dict:
        code, shown, said = self.xltool("forms", "media-inspection", "--json")
        assert (code, said) == (0, "")
        return json.loads(shown)

    def filled(self, name: str, figures: dict[str, float | str]) -> Path:
        """The blank workbook, filled in by hand at the published addresses."""
        document = self.folder / "blank.json"
        document.write_text(json.dumps(BLANK, ensure_ascii=False), encoding="utf-8")
        path = self.folder / name
        assert self.xltool("fill", document, "-o", path)[0] == 0
        places = {cell["key"]: (cell["sheet"], cell["address"]) for cell in self.described()["cells"]}
        book = openpyxl.load_workbook(path)
        for key, figure in figures.items():
            sheet, address = places[key]
            cell = book[sheet][address]
            assert cell.value is None
            assert not cell.protection.locked
            cell.value = figure
        book.save(path)
        book.close()
        return path

    def checked(self, path: Path) -> tuple[int, dict]:
        code, shown, said = self.xltool("check", "--json", path)
        assert said == ""
        return code, json.loads(shown)


@pytest.fixture(scope="module")
def clerk(tmp_path_factory):
    return Clerk(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def right(clerk):
    return clerk.filled("right.xlsx", RIGHT)


def test_the_form_is_listed_and_described(clerk):
    code, shown, _ = clerk.xltool("forms")
    assert code == 0
    assert "media-inspection　政务新媒体季度检查表（县政办字〔2024〕6号，2024 至 2026 年度）" in shown
    assert "ogi-2021" in shown
    form = clerk.described()
    assert (form["schema"], form["id"], form["years"]) == ("xltool/form/1", "media-inspection", [2024, 2026])
    cells = {cell["key"]: cell for cell in form["cells"]}
    assert cells.keys() == RIGHT.keys() | {key for key, cell in cells.items() if cell["kind"] == "total"}
    assert (cells["accounts.spent.amount"]["unit"], cells["accounts.spent.amount"]["decimals"]) == ("万元", 2)
    assert cells["accounts.silent.weibo"]["label"] == "（二）留言不回复 / 微博"
    assert {cell["kind"] for key, cell in cells.items() if key in TOTALS} == {"total"}
    assert [text["key"] for text in form["texts"]] == ["contact.phone", "summary", "problems"]
    rules = {rule["id"]: rule for rule in form["rules"]}
    assert set(rules) == {
        "accounts.faulty",
        "accounts.platforms",
        "accounts.within",
        "accounts.spending",
        "messages.received",
        "silent_needs_messages",
    }
    assert rules["accounts.spending"]["cells"] == ["accounts.spent.amount", "accounts.budget.amount"]
    code, shown, _ = clerk.xltool("forms", "media-inspection")
    assert code == 0
    assert "表二 留言" in shown


def test_the_first_sheet_says_the_words_of_the_form_and_of_no_other(clerk, right):
    book = openpyxl.load_workbook(right)
    said = {row[0]: row[2] for row in book["填报说明"].iter_rows(min_row=4, max_row=7, values_only=True)}
    book.close()
    assert said == {
        "填报单位": "额敏县政府办公室（654221-001）",
        "报告年度": "2025 年（4 月 1 日至 6 月 30 日）",
        "报送期限": "按下发通知规定的日期；七月十五日前报送。",
        "依据": "县政办字〔2024〕6号（县政府办公室）；《政府网站与政务新媒体检查指标》第三条",
    }


def test_a_form_without_such_words_says_less(clerk):
    folder = clerk.folder / "bare"
    folder.mkdir()
    bare = re.sub(r"(?m)^(law|period|deadline|office) = .*\n", "", DEFINITION)
    (folder / "media_inspection.toml").write_text(bare, encoding="utf-8")
    clerk.environment["XLTOOL_FORMS"], before = str(folder), clerk.environment["XLTOOL_FORMS"]
    try:
        path = clerk.filled("bare.xlsx", {})
    finally:
        clerk.environment["XLTOOL_FORMS"] = before
    book = openpyxl.load_workbook(path)
    said = [row[2] for row in book["填报说明"].iter_rows(min_row=5, max_row=7, values_only=True)]
    book.close()
    assert said == ["2025 年", "按下发通知规定的日期。", "县政办字〔2024〕6号（县政府办公室）"]


def test_the_mail_names_the_form(clerk):
    roster = "单位代码,单位名称,级别,上级代码,联系人,电话,邮箱\n654221-000,额敏县人民政府,county,,,,a@example.com\n"
    (clerk.folder / "roster.csv").write_text(roster, encoding="utf-8")
    options = ["--form", "media-inspection", "--year", "2025", "--name", "额敏县", "--roster", "roster.csv"]
    code, _, said = clerk.xltool("new", "campaign", "--plain", *options)
    assert code == 0, said
    code, _, said = clerk.xltool("build", "-C", "campaign", "--mail")
    assert code == 0, said
    [path] = (clerk.folder / "campaign" / "outbox").glob("*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = mail.get_body().get_content()
    assert "附件是贵单位 2025 年度政务新媒体季度检查表的填报工作簿。" in text
    assert text.rstrip().endswith("\n额敏县政务新媒体工作机构")
    assert "信息公开" not in f"{mail['Subject']}{text}"


def test_what_was_typed_is_read(clerk, right):
    code, shown, said = clerk.xltool("read", right)
    assert (code, said) == (0, "")
    document = json.loads(shown)
    assert {key: document["values"][key] for key in RIGHT} == RIGHT
    assert {key: document["values"][key] for key in TOTALS} == TOTALS
    assert document["texts"] == BLANK["texts"]
    assert (document["agency"], document["year"], document["form"]) == (BLANK["agency"], 2025, "media-inspection")
    (clerk.folder / "back.json").write_text(shown, encoding="utf-8")
    assert clerk.xltool("fill", "back.json", "-o", "again.xlsx")[0] == 0
    assert clerk.xltool("read", "again.xlsx")[1] == shown


def test_a_right_workbook_is_accepted(clerk, right):
    code, result = clerk.checked(right)
    assert code == 0
    assert result["status"] == "accepted"
    assert result["form"] == "media-inspection"
    assert result["findings"] == []


def test_a_wrong_workbook_is_returned_with_what_is_wrong(clerk):
    wrong = RIGHT | {
        "accounts.stale.weibo": 9,  # more faulty accounts than there are
        "accounts.spent.amount": 20.004,  # three decimals
        "accounts.open.video": "3个",
        "messages.wechat.answered": 0,
        "messages.wechat.open": 0,  # a silent account, and no message
    }
    code, result = clerk.checked(clerk.filled("wrong.xlsx", wrong))
    assert (code, result["status"]) == (3, "returned")
    found = {(finding["code"], finding["rule"]): finding for finding in result["findings"]}
    assert found.keys() >= {
        ("rule.broken", "accounts.within"),
        ("rule.broken", "silent_needs_messages"),
        ("number.precision", None),
        ("number.text", None),
    }
    within = found["rule.broken", "accounts.within"]
    assert within["severity"] == "error"
    assert [cell["address"] for cell in within["cells"]] == ["D9", "D6"]
    assert within["message"].startswith("表一“微博”栏：问题账号不应多于在用账号。现为：小计 9，在用账号 5，相差 4。")
    assert within["message"].endswith("改法：核对同一账号有没有重复计数。依据：县政办字〔2024〕6号 表一。")
    assert found["rule.broken", "silent_needs_messages"]["severity"] == "warning"
    assert "表一“在用账号”行“短视频”栏（E6）填的是“3个”，不是数；看来应为 3。" in found["number.text", None]["message"]
    assert "县政办字〔2024〕6号：报告内容应当准确、全面" in found["number.text", None]["message"]
    assert "最多 2 位小数（单位：万元）" in found["number.precision", None]["message"]


def test_a_level_that_may_not_and_an_amount_in_yuan(clerk):
    document = BLANK | {
        "agency": {"code": "654221-002", "name": "额敏镇人民政府", "level": "township"},
        "values": RIGHT | {"accounts.budget.amount": 125000},
    }
    (clerk.folder / "town.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    code, result = clerk.checked(clerk.folder / "town.json")
    assert code == 3
    told = {finding["code"]: finding["message"] for finding in result["findings"]}
    assert told.keys() == {"cell.level", "number.range"} or told.keys() == {
        "cell.level",
        "number.range",
        "total.computed",
    }
    assert "依据：县政办字〔2024〕6号第三条。" in told["cell.level"]


@pytest.mark.parametrize("kind", ["docx", "html", "md"])
def test_the_report_has_the_tables_and_texts(clerk, right, kind):
    path = clerk.folder / f"报告.{kind}"
    code, shown, said = clerk.xltool("report", right, "-o", path)
    assert (code, shown) == (0, ""), said
    assert "已写出" in said
    if kind == "docx":
        document = docx.Document(path)
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
        text += "\n".join(
            cell for table in document.tables for cell in {cell.text for row in table.rows for cell in row.cells}
        )
    else:
        text = path.read_text(encoding="utf-8")
    for expected in (
        "政务新媒体季度检查表",
        "额敏县政府办公室",
        "二、账号和经费",
        "（一）问题",
        "六月检查了全部账号。",
        "联系人员：联系电话为0901-0000000。",
        "（二）留言不回复",
        "-3",
        "3.07",
        "12.5",
        "42",
        "其他平台",
    ):
        assert expected in text, expected


@pytest.mark.parametrize("title", ["2025年新媒体检查工作年度报告", "关于2025年度政务新媒体季度检查情况的报告"])
def test_what_others_publish_of_it_is_read_under_their_own_title(clerk, right, title):
    assert clerk.xltool("report", right, "-o", "published.html")[0] == 0
    text = (clerk.folder / "published.html").read_text(encoding="utf-8")
    official = "额敏县政府办公室2025年政务新媒体季度检查表"
    assert official in text
    (clerk.folder / "theirs.html").write_text(text.replace(official, f"额敏县政府办公室{title}"), encoding="utf-8")
    code, shown, said = clerk.xltool("read", "theirs.html")
    assert code == 0, said
    document = json.loads(shown)
    assert (document["form"], document["year"], document["agency"]["name"]) == (
        "media-inspection",
        2025,
        "额敏县政府办公室",
    )
    assert {key: document["values"][key] for key in RIGHT} == RIGHT
    assert document["texts"] == BLANK["texts"]


def test_its_own_charts_are_drawn(clerk, right):
    (clerk.folder / "last.json").write_text(
        json.dumps(BLANK | {"year": 2024, "values": RIGHT | {"accounts.stale.wechat": 1}}, ensure_ascii=False), "utf-8"
    )
    code, _, said = clerk.xltool("report", right, "-o", "pictures.html", "--pictures", "--prior", "last.json")
    assert code == 0, said
    page = (clerk.folder / "pictures.html").read_text(encoding="utf-8")
    told = [re.sub("<[^>]*>", "", each) for each in re.findall("<desc[^>]*>(.*?)</desc>", page, re.DOTALL)]
    assert told == [
        "在用账号 20个，超过两周不更新 3个，留言不回复 1个。",
        "微信 42个，其他平台 7个。",
        "问题账号：2025年 4个，2024年 3个，增加1个；比上季度增减：2025年 -2个，2024年 -2个，没有增减。",
    ]
    assert "2025年与2024年的问题账号" in page
    assert "申请" not in page


def test_the_report_waits_for_what_is_right(clerk):
    path = clerk.filled("broken.xlsx", RIGHT | {"accounts.stale.weibo": 9})
    code, _, said = clerk.xltool("report", path, "-o", "refused.docx")
    assert code == 3
    assert "没有生成报告" in said
    assert not (clerk.folder / "refused.docx").exists()
    assert clerk.xltool("report", path, "-o", "draft.md", "--draft")[0] == 0
    assert "草稿" in (clerk.folder / "draft.md").read_text(encoding="utf-8")


def test_its_rules_are_explained(clerk):
    code, shown, _ = clerk.xltool("explain", "accounts.within")
    assert code == 0
    assert "问题账号不应多于在用账号（强制，media-inspection）" in shown
    assert "小计 不大于 在用账号" in shown
    assert clerk.xltool("explain", "silent_needs_messages")[0] == 0


def test_a_year_outside_the_form(clerk):
    (clerk.folder / "early.json").write_text(json.dumps(BLANK | {"year": 2027}, ensure_ascii=False), encoding="utf-8")
    code, result = clerk.checked(clerk.folder / "early.json")
    assert (code, result["status"]) == (5, "rejected")
    assert "不能用于 2027 年度" in result["findings"][0]["message"]


def test_a_fault_in_the_definition_is_shown_with_its_place(clerk, tmp_path):
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "media_inspection.toml").write_text(DEFINITION.replace("sum(faults)", "sum(fauts)", 1), encoding="utf-8")
    environment = clerk.environment | {"XLTOOL_FORMS": str(folder)}
    run = subprocess.run(
        [Path(sys.executable).parent / "xltool", "forms", "media-inspection"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert run.returncode == 1
    said = run.stderr.decode()
    assert "media_inspection.toml:" in said
    assert "did you mean 'faults'?" in said
    assert "Traceback" not in said


def test_without_the_folder_the_form_is_unknown(clerk, right):
    environment = {name: value for name, value in clerk.environment.items() if name != "XLTOOL_FORMS"}
    command = [Path(sys.executable).parent / "xltool", "check", right]
    run = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert run.returncode == 5
    assert "不是已知的报表（表内标识为“media-inspection”）" in run.stdout.decode()
