import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.archives import wide_place
from tests.workbook.parts import CONTENT_TYPES, packed, parts, rels
from xltool.spreadsheet import package as door
from xltool.spreadsheet.book import read_book
from xltool.spreadsheet.package import Package, Refusal


def refusal(data: bytes, part: str | None = None):
    """The finding of opening a file, or of parsing one part of it."""
    with pytest.raises(Refusal) as caught:
        opened = Package(data)
        opened.xml(part or opened.main_part())
    finding = caught.value.finding
    assert finding.severity == "error"
    return finding


def code(data: bytes, part: str | None = None) -> str:
    return refusal(data, part).code


PLAIN = packed(parts())


def test_the_parts_of_a_plain_file():
    package = Package(PLAIN)
    assert package.names == tuple(parts())
    assert package.main_part() == "xl/workbook.xml"
    assert package.read("XL/Workbook.xml") == parts()["xl/workbook.xml"].encode()
    assert package.xml("xl/workbook.xml").tag.endswith("}workbook")


def test_folders_in_the_zip_are_no_parts():
    package = Package(packed({"_rels/": b"", "xl/": b"", **parts()}, zipfile.ZIP_STORED))
    assert "xl/" not in package.names
    assert package.main_part() == "xl/workbook.xml"


def test_a_missing_part_is_damage():
    with pytest.raises(Refusal) as caught:
        Package(PLAIN).read("xl/none.xml")
    assert caught.value.finding.data["part"] == "xl/none.xml"


@pytest.mark.parametrize(
    ("part", "target", "resolved"),
    [
        ("xl/workbook.xml", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "../comments1.xml", "xl/comments1.xml"),
        ("xl/workbook.xml", "./sheet%201.xml#A1", "xl/sheet 1.xml"),
        ("xl/workbook.xml", "worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "../../../etc/passwd", "../../../etc/passwd"),
        ("xl/workbook.xml", "..%2f..%2fetc/passwd", "../../etc/passwd"),
        ("xl/workbook.xml", "C:\\Windows\\win.ini", "xl/C:/Windows/win.ini"),
        ("", "xl/workbook.xml", "xl/workbook.xml"),
    ],
)
def test_targets_are_resolved_inside_the_package(part, target, resolved):
    folder, _, name = part.rpartition("/")
    where = f"{folder}/_rels/{name}.rels".lstrip("/")
    package = Package(packed(parts(**{where: rels(("a", "officeDocument", target))})))
    assert package.relationships(part)["a"] == ("officeDocument", resolved, False)


@pytest.mark.parametrize(
    "target", ["../../etc/passwd", "/../xl/worksheets/sheet1.xml", "..\\..\\worksheets\\sheet1.xml"]
)
def test_a_target_that_leaves_the_package_is_a_refusal_where_it_is_needed(target):
    links = rels(("rId1", "worksheet", target))
    with pytest.raises(Refusal) as caught:
        read_book(Package(packed(parts(**{"xl/_rels/workbook.xml.rels": links}))))
    assert caught.value.finding.code == "file.damaged"
    idle = rels(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "theme", target), ("rId3", "other", target))
    assert read_book(Package(packed(parts(**{"xl/_rels/workbook.xml.rels": idle})))).sheets


@pytest.mark.parametrize(
    "name",
    [
        "/xl/a.xml",
        "\\xl\\a.xml",
        "../a.xml",
        "xl/../../a.xml",
        "xl\\..\\a.xml",
        "xl/..",
        "C:/a.xml",
        "c:a.xml",
        "\\\\host\\a",
    ],
)
def test_names_that_point_out_of_the_package(name):
    found = refusal(packed(parts(**{name: "<a/>"})))
    assert (found.code, found.data["why"]) == ("file.damaged", "压缩包内的文件名指向文件之外")
    assert found.data["part"]


def test_a_name_with_a_nul():
    data = packed(parts(**{"xl/aQb.xml": "<a/>"})).replace(b"xl/aQb.xml", b"xl/a\0b.xml")
    assert refusal(data).data == {"part": "xl/a?b.xml", "why": "压缩包内的文件名指向文件之外"}


@pytest.mark.parametrize("name", ["xl/a..b.xml", "..a/b.xml", "xl\\media\\a.xml", "xl/.rels/..."])
def test_odd_names_that_stay_inside(name):
    assert name.replace("\\", "/") in Package(packed(parts(**{name: "<a/>"})))


def test_external_targets_are_told_as_such():
    line = '<Relationship Id="a" Type="x/hyperlink" Target="http://example.invalid/" TargetMode="External"/>'
    package = Package(
        packed(parts(**{"xl/_rels/workbook.xml.rels": f'<Relationships xmlns="r">{line}</Relationships>'}))
    )
    assert package.relationships("xl/workbook.xml")["a"] == ("hyperlink", "http://example.invalid/", True)
    assert package.relationships("xl/none.xml") == {}


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "空文件"),
        (b"\0" * 600, "空文件"),
        (b" \r\n", "空文件"),
        (OLE2 + "WordDocument\0".encode("utf-16-le"), "旧版 Word 文档（.doc 或 .wps）"),
        (OLE2, "旧版 Office 文件"),
        (b"%PDF-1.7\n", "PDF 文件"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"BM\x36\0\x03\0\0\0\0\0\x36\0", "图片"),
        (b"Rar!\x1a\x07", "RAR 压缩包"),
        (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
        (b"\x1f\x8b\x08", "gzip 压缩包"),
        (b"From: a@b\r\nSubject: x\r\n y\r\nMIME-Version: 1.0\r\n\r\n,", "邮件（.eml）"),
        (b"{\\rtf1", "RTF 文档"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "HTML 网页（改了扩展名也不是工作簿）"),
        (b"<TABLE><tr><td>1</td></tr></TABLE>", "HTML 网页（改了扩展名也不是工作簿）"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML 表格（2003 版）",
        ),
        (
            b'<office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet">',
            "单个文件的 ODF 表格（.fods）",
        ),
        (
            b'<?xml version="1.0"?>\n<uof:UOF uof:version="1.0" uof:mimetype="vnd.uof.spreadsheet">',
            "标文通表格（.uos）",
        ),
        (b'<?xml version="1.0"?>\n<a b="1,2"/>', "XML 文件"),
        (b"ID;PCALCOOO32\nC;X1;Y1;K1\n", "SYLK 表格（.slk）"),
        (b"\x09\4\6\0\0\0\x10\0", "很早的工作簿（Excel 4.0 或更早的格式）"),
        (b"\x09\x08\x08\0\0\0\x10\0", "很早的工作簿（Excel 4.0 或更早的格式）"),
        (b"\tID;P\n", "用逗号或制表符分隔的文本（改了扩展名也不是工作簿）"),
        ("单位,件数\n甲,1\n".encode("gb18030"), "用逗号或制表符分隔的文本（改了扩展名也不是工作簿）"),
        ("单位\t1".encode("utf-16"), "用逗号或制表符分隔的文本（改了扩展名也不是工作簿）"),
        (b"BMW,1\n", "用逗号或制表符分隔的文本（改了扩展名也不是工作簿）"),
        (b"BMW 1\n" * 700, "文本"),
        (b"\x01\x02\x03", "无法识别的文件"),
        (
            packed({"word/document.xml": b"", "[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": rels()}),
            "Word 文档（.docx）",
        ),
        (packed({"content.xml": b"<a/>", "mimetype": b""}), "ODF 文档（.odt 或 .odp）"),
        (packed({"OFD.xml": b"<a/>"}), "OFD 版式文件"),
        (packed({"a.txt": b"a"}), "压缩包（ZIP）"),
        (packed(parts(**{"_rels/.rels": rels()})), "压缩包（ZIP）"),
    ],
)
def test_other_things_are_called_by_their_names(data, what):
    finding = refusal(data)
    assert finding.code == "file.not_workbook"
    assert finding.data["what"] == what


def test_a_file_over_the_limit(monkeypatch):
    monkeypatch.setattr(door, "MAX_FILE", len(PLAIN) - 1)
    finding = refusal(PLAIN)
    assert finding.code == "file.limit"
    assert (finding.data["allowed"], finding.data["found"]) == (len(PLAIN) - 1, len(PLAIN))


def test_too_many_entries():
    data = packed(parts(**{f"a{at}": b"" for at in range(500)}), zipfile.ZIP_STORED)
    assert refusal(data).data["limit"] == "压缩包内的文件数"


def test_an_entry_that_inflates_too_far(monkeypatch):
    content = bytes(range(256)) * 4096
    monkeypatch.setattr(door, "MAX_ENTRY", 2**20 - 1)
    finding = refusal(packed(parts(**{"xl/media/a.bin": content}), zipfile.ZIP_STORED))
    assert finding.code == "file.limit"
    assert finding.data["part"] == "xl/media/a.bin"


def test_all_entries_together_inflate_too_far(monkeypatch):
    monkeypatch.setattr(door, "MAX_INFLATED", 2000)
    finding = refusal(packed(parts(**{f"a{at}": b"x" * 500 for at in range(4)})))
    assert (finding.code, finding.data["limit"]) == ("file.limit", "压缩包解压后的总大小（字节）")
    assert finding.data["allowed"] == 2000


def test_the_ratio_counts_only_above_its_threshold():
    Package(packed(parts(**{"a": b"x" * 100_000})))
    finding = refusal(packed(parts(**{"a": b"x" * 1_000_000})))
    assert finding.code == "file.limit"
    assert finding.data["part"] == "a"


def test_a_bomb_that_lies_about_its_size_is_stopped_by_the_bytes_really_inflated():
    bomb = packed({"a": b"x" * 2_000_000, **parts()})
    lying = bomb.replace(struct.pack("<I", 2_000_000), struct.pack("<I", 10))
    assert lying != bomb
    assert code(lying) == "file.limit"


def test_a_wrong_size_is_damage():
    data = packed({"a": b"x" * 2000, **parts()})
    assert code(data.replace(struct.pack("<I", 2000), struct.pack("<I", 1999))) == "file.damaged"


def test_a_wrong_sum_is_damage():
    crc = struct.pack("<I", zlib.crc32(b"hello" * 9))
    data = packed({"a": b"hello" * 9, **parts()})
    assert refusal(data.replace(crc, b"\0\0\0\1")).data == {"part": "a", "why": "校验码不符，内容已损坏"}


def test_names_equal_but_for_case():
    assert refusal(packed(parts(**{"XL/workbook.xml": b"<a/>"}))).data["why"] == "压缩包内有重名的文件"


def test_a_local_name_that_differs_from_the_directory():
    at = PLAIN.index(b"xl/workbook.xml")
    assert code(PLAIN[:at] + b"XL" + PLAIN[at + 2 :]) == "file.damaged"


def test_overlapping_entries():
    content = b"x" * 50
    first = packed({"a": content, "b": content, **parts()}, zipfile.ZIP_STORED)
    data = bytearray(first)
    directory = data.index(b"PK\1\2")
    # Both the directory and the local header of `a` claim that it reaches far into `b`.
    struct.pack_into("<II", data, 18, 90, 90)
    struct.pack_into("<II", data, directory + 20, 90, 90)
    assert code(bytes(data)) == "file.damaged"


def test_two_entries_on_the_same_bytes():
    data = bytearray(packed({"a": b"xyz", "b": b"xyz", **parts()}, zipfile.ZIP_STORED))
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    struct.pack_into("<I", data, second + 42, 0)
    assert code(bytes(data)) == "file.damaged"


def test_an_entry_that_reaches_into_the_directory():
    data = bytearray(packed({**parts(), "z": b"xyz"}, zipfile.ZIP_STORED))
    local, central = data.rindex(b"PK\3\4"), data.rindex(b"PK\1\2")
    struct.pack_into("<II", data, local + 18, 9, 9)
    struct.pack_into("<II", data, central + 20, 9, 9)
    assert code(bytes(data)) == "file.damaged"


def test_an_absurd_place_in_a_zip64_field():
    assert code(wide_place(parts())) == "file.damaged"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_than_stored_and_deflate(method):
    assert refusal(packed(parts(), method)).data["why"] == "压缩方法不受支持"


def test_an_encrypted_zip():
    data = bytearray(PLAIN)
    data[data.index(b"PK\1\2") + 8] |= 1
    assert refusal(bytes(data)).data["what"] == "加密的压缩包"


def test_bytes_after_the_end():
    assert code(PLAIN + b"more") == "file.damaged"


class Stream(io.BytesIO):
    """What cannot seek makes zipfile write sizes after the content, as LibreOffice and servers do."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise OSError

    def tell(self):
        raise OSError


@pytest.mark.parametrize("wide", [False, True])
def test_files_written_as_a_stream(wide):
    buffer = Stream() if not wide else io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts().items():
            with archive.open(name, "w", force_zip64=wide) as entry:
                entry.write(content.encode())
    assert Package(buffer.getvalue()).names == tuple(parts())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/theme/theme1.xml", "docProps/app.xml"])
def test_no_doctype_in_any_part(encoding, part):
    text = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    data = packed(parts(**{part: marks.get(encoding, b"") + text.encode(encoding)}))
    assert refusal(data).data == {"part": part, "why": "含有不允许的 DOCTYPE 声明"}


@pytest.mark.parametrize("part", ["xl/other.bin", "xl/a.xml", "customXml/item1.data", "xl/drawings/vml.vml"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_no_doctype_without_a_mark_or_an_xml_name(part, encoding):
    text = '\n<!DOCTYPE a [<!ENTITY b "c">]><a/>' if encoding.startswith("utf-8") else "<!DOCTYPE a><a/>"
    assert refusal(packed(parts(**{part: text.encode(encoding)}))).data == {
        "part": part,
        "why": "含有不允许的 DOCTYPE 声明",
    }


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
        b"<?xml version='1.0' encoding='x-user'?><a/>",
        "<a/>".encode("utf-32"),
        "<a/>".encode("utf-32-be"),
        "<?xml version='1.0' encoding='cp037'?><a/>".encode("cp037"),
    ],
)
def test_encodings_that_could_hide_a_doctype(data):
    assert refusal(packed(parts(**{"xl/never_parsed.xml": data}))).data == {
        "part": "xl/never_parsed.xml",
        "why": "文字编码不受支持",
    }


def test_encodings_declared_otherwise_are_read_as_what_they_are():
    for declared in ("GBK", "gb2312", "ISO-8859-1", "UTF-16"):
        text = f'<?xml version="1.0" encoding="{declared}"?><a>表</a>'
        assert Package(packed(parts(**{"xl/a.xml": text}))).xml("xl/a.xml").text == "表"
        assert code(packed(parts(**{"xl/a.xml": text.replace("?><a>", "?><!DOCTYPE a><a>")}))) == "file.damaged"


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
        '<?xml version="1.0" encoding="cp037"?><a>',
        "<a>",
        "<a></b>",
        "",
        "a",
        "<a>\0</a>",
        "<a>&b;</a>",
        "<x:a/>",
    ],
)
def test_what_is_not_xml_is_damage(text):
    assert code(packed(parts(**{"xl/workbook.xml": text.encode()}))) == "file.damaged"


def test_utf_16_is_read_and_broken_utf_16_is_damage():
    text = '<?xml version="1.0" encoding="UTF-16"?><a>表</a>'
    assert Package(packed(parts(**{"xl/a.xml": text.encode("utf-16")}))).xml("xl/a.xml").text == "表"
    assert code(packed(parts(**{"xl/a.xml": text.encode("utf-16")[:-1]}))) == "file.damaged"


def test_depth():
    def nested(depth):
        return packed(parts(**{"xl/a.xml": "<a>" * depth + "</a>" * depth}))

    assert Package(nested(64)).xml("xl/a.xml").tag == "a"
    finding = refusal(nested(65), "xl/a.xml")
    assert (finding.code, finding.data["limit"], finding.data["found"]) == ("file.limit", "XML 的层数", 65)


@pytest.mark.parametrize("xml", ["<a>{}</a>", '<a b="{}"/>', "<a><b/>{}</a>"])
def test_a_long_attribute_or_text(xml, monkeypatch):
    monkeypatch.setattr(door, "MAX_TEXT", 5000)
    assert Package(packed(parts(**{"xl/a.xml": xml.format("x" * 4900)}))).xml("xl/a.xml").tag == "a"
    assert code(packed(parts(**{"xl/a.xml": xml.format("x" * 5001)})), "xl/a.xml") == "file.limit"


def test_too_much_markup(monkeypatch):
    monkeypatch.setattr(door, "MAX_MARKUP", 50)
    assert code(packed(parts(**{"xl/a.xml": "<a>" + "<b/>" * 50 + "</a>"})), "xl/a.xml") == "file.limit"


@pytest.mark.parametrize("at", range(0, len(PLAIN), 50))
def test_truncated(at):
    assert code(PLAIN[:at]) == ("file.damaged" if at else "file.not_workbook")


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\3\4", b"PK\3\4PK\1\2", OLE2[:8]]), st.booleans())
def test_any_bytes_are_a_package_or_a_refusal(data, start, ended):
    with pytest.raises(Refusal):
        Package(start + data + (b"PK\5\6" + b"\0" * 18 if ended else b"")).main_part()


@given(st.binary(min_size=18, max_size=18), st.binary(min_size=46, max_size=120))
def test_any_directory_is_a_package_or_a_refusal(end, central):
    with pytest.raises(Refusal):
        Package(b"PK\3\4" + b"\0" * 40 + b"PK\1\2" + central + b"PK\5\6" + end).main_part()
