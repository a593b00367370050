"""Nothing that a report prints is lost unsaid, whatever stands in it that no format knows.

Random paragraphs, headings, tables and buttons in random places of each kind of file: each is in a text of the
submission, or its first words are in a finding, and no figure is another.
"""

from __future__ import annotations

import io
import re
from random import Random

import docx
import pytest

from tests.published.layouts import LAYOUTS, print_parts, write_text
from tests.published.reports import codes, report, sentence
from tests.published.test_as_printed import PLAIN, SPEC, page
from xltool import api
from xltool.model import Submission
from xltool.published.doubts import MAX_FIRST_WORDS, MAX_LEFT_QUOTED
from xltool.published.imported import Imported

SEEDS = range(12)
FURNITURE = (
    "浏览次数：{}",
    "上一篇：关于{}的通知",
    "分享到：{}",
    "字号：大 中 小 {}",
    "来源：{}网",
    "【打印】【关闭】{}",
)
HEADINGS = ("七、补充说明{}", "（六）其他工作{}", "附表{}", "八、附录{}")
BLOCK = re.compile(r"(?<=</p>)|(?<=</h[1-3]>)|(?<=</table>)|(?=<p>)|(?=<h2>)")


def make_extras(rng: Random) -> list[str | list[list[str]]]:
    """What is put in, each with a number of its own: lines, and tables by their rows."""
    extras: list[str | list[list[str]]] = []
    for number in rng.sample(range(1000, 9999), rng.randint(1, 6)):
        kind = rng.choice(["paragraph", "paragraph", "heading", "furniture", "table"])
        if kind == "table":
            extras.append(
                [[f"补表{number}", "甲类", "乙类"], ["场次", str(number + 1), "3"], [f"备考{number}", "", "5"]]
            )
        else:
            told = {"paragraph": (f"补记{{}}号，{sentence(rng)}",), "heading": HEADINGS, "furniture": FURNITURE}[kind]
            extras.append(rng.choice(told).format(number))
    return extras


def put_in(parts: list, extras: list, rng: Random, first: int = 0) -> list:
    for extra in extras:
        parts.insert(rng.randint(first, len(parts)), extra)
    return parts


def as_text(submission: Submission, extras: list, rng: Random) -> bytes:
    layout, own = LAYOUTS[rng.choice(sorted(LAYOUTS))], Random(rng.random())
    lines: list[str] = []
    marked = {id(extra) for extra in extras}
    for part in put_in(print_parts(submission), extras, rng):
        if isinstance(part, str):
            lines.append(part)
        else:
            lines += [" | ".join(row) for row in part] if id(part) in marked else layout(part, own)
    return "\n".join(lines).encode()


def as_page(submission: Submission, extras: list, rng: Random, *, marked: bool) -> bytes:
    page = api.report(submission, "html", draft=False).decode()
    page = page[page.index("<main") : page.index("</main>") + 7]
    page = re.sub(r'\s(?:class|style|id|headers|scope|role|tabindex|aria-\w+)="[^"]*"', "", page)
    told = []
    for extra in extras:
        if isinstance(extra, str):
            level = 2 if marked and extra[0] in "七八" else 3 if marked and extra[0] == "（" else 0
            told.append(f"<h{level}>{extra}</h{level}>" if level else f"<p>{extra}</p>")
        else:
            rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in extra)
            told.append(f"<table>{rows}</table>")
    blocks = put_in([block for block in BLOCK.split(page) if block], told, rng, first=1)
    page = "".join(blocks)
    if not marked:
        page = re.sub(r"<(/?)h[1-6]>", r"<\1p>", page)
    return f"<html><body>{page}</body></html>".encode()


def as_word(submission: Submission, extras: list, rng: Random) -> bytes:
    written = docx.Document(io.BytesIO(api.report(submission, "docx", draft=False)))
    body = written.element.body
    for extra in extras:
        places = [child for child in body if child.tag.rpartition("}")[2] in {"p", "tbl"}]
        if isinstance(extra, str):
            level = 1 if extra[0] in "七八" else 2 if extra[0] == "（" else 0
            element = (written.add_heading(extra, level) if level else written.add_paragraph(extra))._p
        else:
            table = written.add_table(len(extra), len(extra[0]))
            for row, cells in zip(table.rows, extra, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
            element = table._tbl
        rng.choice(places).addprevious(element)
    data = io.BytesIO()
    written.save(data)
    return data.getvalue()


KINDS = {
    "txt": as_text,
    "html": lambda *told: as_page(*told, marked=True),
    "html without marks": lambda *told: as_page(*told, marked=False),
    "docx": as_word,
}


def flatten(text: str) -> str:
    return "".join(text.split())


def find_lost(pieces: list[str], imported: Imported) -> list[str]:
    """The pieces that are in no text, and whose first words are in no finding."""
    submission = imported.reading.submission
    spec = api.form(submission.form)
    kept = flatten("\n".join(submission.texts.values()))
    told = flatten("\n".join(api.message(found, spec) for found in imported.reading.findings))
    return [
        piece
        for piece in pieces
        if flatten(piece) not in kept and flatten(piece)[: MAX_FIRST_WORDS - 2] not in told.replace("…", "")
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_each_sentence_is_kept_or_quoted(kind, seed):
    rng = Random(f"{seed} {kind}")
    given = report(seed)
    extras = make_extras(rng)
    plain = api.imported(KINDS[kind](given, [], Random(f"{seed} {kind} layout"))).reading
    imported = api.imported(KINDS[kind](given, extras, Random(f"{seed} {kind} layout")))
    assert imported.reading.submission is not None, imported.reading.findings
    assert imported.reading.submission.values == plain.submission.values
    errors = [api.message(f, api.form(given.form)) for f in imported.reading.findings if f.severity == "error"]
    assert errors == []
    pieces = [each for each in extras if isinstance(each, str)]
    pieces += [cell for each in extras if not isinstance(each, str) for row in each for cell in row if cell]
    pieces += [line for text in given.texts.values() for line in text.split("\n")]
    assert find_lost(pieces, imported) == []


# ---------------------------------------------------------------- one by one


def told(data: str, code: str) -> list[str]:
    findings = api.imported(data.encode()).reading.findings
    return [api.message(found, SPEC) for found in findings if found.code == code]


@pytest.mark.parametrize("as_heading", ["<p>{}</p>", "<h3>{}</h3>"])
def test_headings_in_part_one_that_are_no_aspect_stay_visible(as_heading):
    own = "".join(map(as_heading.format, ("（六）队伍建设", "1.机构", "（附）大事记")))
    first = f"<p>{PLAIN.texts['overview.supervision']}</p>"
    data = page().replace(first, f"{first}{own}<p>全年培训三次。</p>")
    if "h3" in as_heading:
        data = re.sub(r"<p>(（[一二三四五]）[^<]{2,10})</p>", r"<h3>\1</h3>", data)
        data = re.sub(r"<p>([一二三四五六]、[^<。]{4,30})</p>", r"<h2>\1</h2>", data)
    submission = api.imported(data.encode()).reading.submission
    assert submission.texts == PLAIN.texts | {
        "overview.supervision": "\n".join(
            [PLAIN.texts["overview.supervision"], "（六）队伍建设", "1.机构", "（附）大事记", "全年培训三次。"]
        )
    }


def test_what_is_around_a_copied_report_is_told_and_no_preface():
    text = api.report(PLAIN, "txt").decode()
    title, _, rest = text.partition("\n")
    above = ["首页 > 政务公开", "索引号：000-2026"]
    below = ["发布时间：2026-01-20 10:00 浏览次数：31", "新浪微博", "QQ空间", "字号：大 中 小", "A+ A-"]
    end = ["上一篇：没有了", "打印本页 关闭窗口", "主办：乙县人民政府", "新ICP备00000000号-1"]
    data = "\n".join([*above, title, *below, rest.rstrip("\n"), *end])
    submission = api.imported(data.encode()).reading.submission
    assert submission.texts == PLAIN.texts
    assert submission.values == PLAIN.values
    [left] = told(data, "published.left")
    assert f"有 {len(above) + len(below) + len(end)} 段文字" in left
    assert all(f"“{line}”" in left or f"“{line[:MAX_FIRST_WORDS]}…”" in left for line in [*above, *below, *end])


def test_a_list_of_attachments_and_a_date_are_the_copied_reports_own():
    data = api.report(PLAIN, "txt").decode().rstrip("\n") + "\n附件：1.统计表\n2026年1月20日\n"
    submission = api.imported(data.encode()).reading.submission
    assert submission.texts["other_matters"].endswith("\n附件：1.统计表\n2026年1月20日")


def test_the_table_of_another_stays_in_the_text_it_stands_in():
    table = "<table><tr><td>平台</td><td>条数</td></tr><tr><td>一、总体情况</td><td>31</td></tr></table>"
    first = f"<p>{PLAIN.texts['overview.platform']}</p>"
    submission = api.imported(page().replace(first, first + table).encode()).reading.submission
    assert submission.texts["overview.platform"].endswith("\n平台 条数\n一、总体情况 31")
    assert submission.values == PLAIN.values


def test_rows_of_another_table_that_run_into_an_official_one_are_told():
    text = write_text(PLAIN, LAYOUTS["tabs"]).decode()
    own = "行政事业性收费\t"
    row = next(line for line in text.split("\n") if line.startswith(own))
    data = text.replace(row, f"{row}\n培训班\t场次\n干部班\t3\n备考\t5")
    assert api.imported(data.encode()).reading.submission.values == PLAIN.values
    [left] = told(data, "published.left")
    assert "“培训班 场次”、“干部班 3”、“备考 5”" in left


def test_of_very_many_the_longest_are_told():
    menu = [f"栏目{number}" for number in range(MAX_LEFT_QUOTED + 20)]
    lost = "这一段是报告的正文，却印在标题的上面。"
    data = page().replace("<body>", "<body>" + "".join(f"<p>{line}</p>" for line in [*menu, lost]))
    [left] = told(data, "published.left")
    assert f"“{lost[:MAX_FIRST_WORDS]}" in left
    assert f"有 {len(menu) + 1} 段文字" in left
    assert left.count("“") == MAX_LEFT_QUOTED


def test_a_row_of_sums_in_a_table_that_has_none_is_told_and_spoils_no_other():
    row = "<tr><td>合计</td><td>1</td><td>2</td><td>3</td></tr>"
    data = page().replace("</table>", f"{row}</table>", 1)
    imported = api.imported(data.encode())
    assert imported.reading.submission.values == PLAIN.values
    assert codes(imported) == {"published.left"}
    assert "“合计 1 2 3”" in told(data, "published.left")[0]
