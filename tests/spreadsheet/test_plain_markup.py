"""What is cut by patterns is what its tree tells: the same cells, or the same refusal, whatever the bytes are."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from random import Random

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.packaged import PACKAGED
from tests.test_packaged_forms import make_blank
from tests.workbook.parts import packed, parts, strings
from xltool import api
from xltool.spreadsheet import rows as rows_module
from xltool.spreadsheet import strings as strings_module
from xltool.spreadsheet.book import read_book
from xltool.spreadsheet.package import Package, Refusal
from xltool.spreadsheet.plain_markup import NotPlainMarkupError, cut_attributes, decode_text

ATTRIBUTES = [
    *("", ' s="0"', ' t="s"', ' t="n"', ' t="str"', ' t="b"', ' t="e"', ' t="d"', ' t="inlineStr"', ' t="x"'),
    *(' s="0" t="s"', ' t="s" s="0"', ' s="0" s="0"', ' cm="1"', ' x:y="1"', ' xml:space="preserve"', ' xmlns="u"'),
    *(" s='0'", ' s="&quot;"', ' s="a>b"', ' r="A1"', ' s = "0"', '\ns="0"', ' s="a\tb"', " s=0", ' t="s"/'),
]
TEXTS = [
    *(
        "",
        "0",
        "12",
        "1.50",
        " 7 ",
        "甲",
        "&amp;",
        "&lt;a&gt;",
        "&#65;",
        "&#x41;",
        "&#13;",
        "&#0;",
        "&#xD800;",
        "&nbsp;",
    ),
    *("&", "a]]>b", "\r\n", "\n", "\t", "\x01", "\ufffe", "_x000D_", "_x005F_x", "TRUE", ">", "'", '"', "𠮷"),
    *("<!-- c -->", "<![CDATA[1]]>", "<?p i?>", "<x/>"),
]
FORMULAS = ["", ' t="shared" si="0"', ' t="array" ref="A1"']
PIECES = ["<v/>", "<v />", "<f/>", '<f t="shared" si="0"/>', "<is/>", "<extLst/>", " ", "<is><r><t>1</t></r></is>"]
ROWS = ["", ' r="1"', ' r="2"', ' r="1" ht="1"', ' r="1" x:dy="1"', ' r="1" xml:lang="zh"', ' hidden="1"', ' r="0"']
BETWEEN = ['<row r="1"/>', '<row r="3" />', "<row/>", "<row>", "</row>", " ", "<c/>", "<!-- x -->", "1"]
HIDING = ["<sheetData>", "</sheetData>", "<sheetData/>", "<!--", "-->", "<![CDATA[", "]]>", "<?p", "?>", "<!x>"]
"""What an element may hide behind, or seem to end by."""
NAMES = ["", *(f' r="{name}"' for name in ("A1", "B1", "C1", "A2", "a1", "$A$1", "A0", "XFE1", "A01"))]


def mostly(plain, odd):
    """Three of four are plain, or nearly nothing would be cut."""
    return st.integers(0, 3).flatmap(lambda at: st.sampled_from(plain if at else odd))


texts = mostly(["", "0", "12", "甲", "1 &lt; 2"], TEXTS)
attributes = mostly(["", ' s="0"'], ATTRIBUTES)
values = st.builds("<v{}>{}</v>".format, mostly([""], ATTRIBUTES), texts)
formulas = st.builds("<f{}>{}</f>".format, mostly([""], FORMULAS), texts)
inlines = st.builds("<is><t{}>{}</t></is>".format, mostly([""], ATTRIBUTES), texts)
inners = st.one_of(
    st.just(""),
    values,
    st.tuples(formulas, values).map("".join),
    inlines,
    st.lists(st.one_of(values, formulas, inlines, st.sampled_from(PIECES)), max_size=3).map("".join),
)
cells = st.one_of(
    st.builds("<c{}{}>{}</c>".format, mostly([' r="B1"', ' r="C1"'], NAMES), attributes, inners),
    st.builds("<c{}{}{}/>".format, mostly([' r="D1"'], NAMES), attributes, st.sampled_from(["", " "])),
)
row_markups = st.one_of(
    st.builds("<row{}>{}</row>".format, mostly([' r="1"'], ROWS), st.lists(cells, max_size=3).map("".join)),
    st.sampled_from([*BETWEEN, *HIDING]),
)


@cache
def whole_workbook(form: str, resaved: bool) -> bytes:
    """A blank workbook of a form, as we write it or as openpyxl saves it."""
    data = api.fill(make_blank(api.form(form)))
    if not resaved:
        return data
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(buffer)
    return buffer.getvalue()


def spoil(data: bytes, random: Random) -> bytes:
    """A workbook in one of whose parts a few bytes are gone, come twice, or are others."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        found = {name: package.read(name) for name in package.namelist()}
    name = random.choice([each for each in found if "worksheets/sheet" in each or "sharedStrings" in each])
    content = found[name]
    for _ in range(random.randint(1, 3)):
        start = random.randrange(len(content))
        stop = min(len(content), start + random.choice([1, 1, 2, 5, 40, 400]))
        between = random.choice(
            [b"", content[start:stop] * 2, *(text.encode() for text in (*TEXTS, *HIDING)), b"</row>", b"<row>", b'"']
        )
        content = content[:start] + between + content[stop:]
    return packed(found | {name: content})


def read(data: bytes):
    """What a package comes to: its sheets, or the code and the facts of its refusal."""
    try:
        return read_book(Package(data)).sheets
    except Refusal as refusal:
        return refusal.finding.code, refusal.finding.data.get("part")


def read_by_trees(data: bytes):
    def refuse(*_):
        raise NotPlainMarkupError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_module, "cut_element", refuse)
        patch.setattr(strings_module, "decode_characters", refuse)
        return read(data)


@settings(max_examples=1_000)
@given(st.lists(row_markups, max_size=3).map("".join), st.lists(texts, max_size=3))
@example('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"/>', [])
@example('<row r="1"><c r="A1" s="0"><f>1&lt;2</f><v></v></c></row>', ["a"])
def test_what_is_cut_is_what_the_tree_tells(inside, shared):
    data = packed(parts(inside, sst=strings(*(f"<t>{text}</t>" for text in shared))))
    assert read(data) == read_by_trees(data)


@settings(max_examples=300)
@given(*[st.lists(st.sampled_from([*HIDING, '<sheetData><row r="2"><c r="A2"><v>2</v></c></row>']), max_size=3)] * 3)
@example(["<!--"], ["-->"], [])
@example(["<!--"], [], ["-->"])
@example(["<!--", "<sheetData>"], ["</sheetData>"], ["-->"])
@example([], ["</sheetData>", "<sheetData>"], [])
@example([], ["<!--", "</sheetData>"], ["-->"])
def test_what_hides_an_element_hides_it_either_way(before, within, behind):
    first, last = (f'<row r="{at}"><c r="A{at}"><v>1</v></c></row>' for at in (1, 3))
    inside = "".join((first, *within, last))
    data = packed(parts(inside, before="".join(before), after="".join(behind)))
    assert read(data) == read_by_trees(data)


@settings(max_examples=60)
@given(st.sampled_from(sorted(PACKAGED)), st.booleans(), st.randoms(use_true_random=False))
def test_a_real_sheet_spoiled_anywhere_is_told_alike(form, resaved, random):
    data = spoil(whole_workbook(form, resaved), random)
    assert read(data) == read_by_trees(data)


@pytest.mark.parametrize("resaved", [False, True])
@pytest.mark.parametrize("form", sorted(PACKAGED))
def test_the_workbooks_of_life_are_cut(form, resaved, monkeypatch):
    """Nothing of them is left to a tree, or the reading is as slow as it was and nobody sees it."""
    monkeypatch.setattr(rows_module, "_walk_rows", lambda root: pytest.fail(f"walked {len(root)}"))
    monkeypatch.setattr(strings_module, "split_tag", lambda tag: ("", tag.rpartition("}")[2]))
    assert read_book(Package(whole_workbook(form, resaved))).sheets


def test_attributes_are_told_by_their_names():
    assert cut_attributes(' r="1" x14ac:dyDescent="0.2" spans=""') == {"r": "1", "x14ac:dyDescent": "0.2", "spans": ""}
    for odd in (' r="1" r="2"', ' a:r="1" r="2"', ' xmlns:a="u"', ' xmlns="u"', "r=1", ' r="&amp;"', ' r="a\nb"', " "):
        with pytest.raises(NotPlainMarkupError):
            cut_attributes(odd)


def test_a_text_has_the_five_entities_and_references_to_characters():
    assert decode_text("&lt;&#20013;&#x6587;&amp;lt;&apos;&quot;&gt;") == "<中文&lt;'\">"
    for odd in ("&", "&nbsp;", "&#0;", "&#xFFFF;", "&#55296;", "&#x110000;", "&lt"):
        with pytest.raises(NotPlainMarkupError):
            decode_text(odd)
