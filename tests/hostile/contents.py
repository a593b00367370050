"""What stands in cells: every way of writing, miswriting and disguising a figure, and the texts."""

from __future__ import annotations

from tests.hostile.base import ACCEPTED, AMOUNT, COUNT, RETURNED, Case, acted, figure, spot, stored, typed
from tests.reader.test_appearance import SOLID, WHITE
from tests.workbook.dress import attach, condition, dress, element
from tests.workbook.parts import MAIN
from tests.workbook.tamper import TABLE_3, TEXTS, Fault, Formula, Opened, Tamper
from xltool.forms.sheet_names import COVER
from xltool.model import NOT_APPLICABLE, Value

TRUE = str(figure())  # 23135
WIDE = TRUE.translate({ord("0") + at: 0xFF10 + at for at in range(10)})
ARABIC = TRUE.translate({ord("0") + at: 0x0660 + at for at in range(10)})


def says(content: object, code: str, value: Value = None, key: str = COUNT) -> Case:
    """Typed, and returned; what is read instead, None for nothing."""
    return Case(typed(content, key), RETURNED, code, {key: value})


def same(content: object, code: str = "number.normalised", key: str = COUNT) -> Case:
    """Typed otherwise than it was filled in, and still the same figure."""
    return Case(typed(content, key), ACCEPTED, code)


def holds(
    text: str, code: str, value: Value = None, kind: str | None = None, status: str = RETURNED, key: str = COUNT
) -> Case:
    """Stored as those characters."""
    return Case(stored(text, kind, key), status, code, {key: value})


def formula(text: str, shown: object = None, attributes: str = "") -> Tamper:
    def act(opened: Opened) -> None:
        made = Formula(text)
        made.shown = shown  # type: ignore[assignment]
        opened.put(*spot(), made)
        if attributes:
            cell = opened.cell(*spot())
            cell.replace(cell[0], element(f"<f {attributes}>{text}</f>"))

    return act


def inline(xml: str) -> Tamper:
    def act(opened: Opened) -> None:
        opened.put(*spot(), None)
        cell = opened.cell(*spot())
        cell.set("t", "inlineStr")
        cell.append(element(f"<is>{xml}</is>"))

    return act


def looks(**look: object) -> Case:
    return Case(acted(lambda opened: dress(opened, *spot(), **look)), ACCEPTED, "cell.disguised")  # type: ignore[arg-type]


def dated(serial: str, **look: object) -> Case:
    def act(opened: Opened) -> None:
        opened.digits(*spot(), serial)
        dress(opened, *spot(), **look)  # type: ignore[arg-type]

    return Case(acted(act), RETURNED, "number.kind", {COUNT: None})


def over(what: str) -> Tamper:
    """Puts a drawing over the first rows of table 3."""
    space = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    corners = "".join(
        f"<{end}><col>{at}</col><colOff>0</colOff><row>{at + 2}</row><rowOff>0</rowOff></{end}>"
        for end, at in (("from", 2), ("to", 8))
    )
    drawing = f'<wsDr xmlns="{space}"><twoCellAnchor>{corners}<{what}/><clientData/></twoCellAnchor></wsDr>'
    return lambda opened: attach(opened, opened.part(TABLE_3), "drawing", "/xl/drawings/drawing9.xml", drawing)


def text(content: object, status: str = ACCEPTED, code: str = "") -> Case:
    return Case(acted(lambda opened: opened.put(TEXTS, "B9", content)), status, code)


def no_zeros(opened: Opened) -> None:
    opened.put(*spot(), 0)
    next(opened.sheet(TABLE_3).iter(f"{{{MAIN}}}sheetView")).set("showZeros", "0")


HIDES = f"<font>{WHITE}</font>"

CASES = {
    # the same figure in another hand
    "digits as text": same(TRUE, "number.stored"),
    "digits of full width": same(WIDE),
    "a thousands separator": same("23,135"),
    "a thousands separator of full width": same("23，135"),
    "blanks around": same(f"  {TRUE} ", "number.stored"),
    "a blank of full width": same(f"\u3000{TRUE}", "number.stored"),
    "a blank that does not break": same(f"\u00a0{TRUE}\u00a0", "number.stored"),
    "a line break behind": same(f"{TRUE}\n", "number.stored"),
    "a plus before": same(f"+{TRUE}"),
    "zeros before": same(f"00{TRUE}"),
    "a decimal point and zeros": same(f"{TRUE}.00"),
    "in pieces": Case(acted(inline("<r><t>231</t></r><r><rPr><b/></rPr><t>35</t></r>")), ACCEPTED, "number.stored"),
    "with a phonetic guide": Case(
        acted(inline("<t>23135</t><rPh sb='0' eb='1'><t>99</t></rPh>")), ACCEPTED, "number.stored"
    ),
    "with an escape of Excel": Case(acted(inline("<t>_x0032_3135</t>")), ACCEPTED, "number.stored"),
    "as a double": holds("23135.0", "", figure(), status=ACCEPTED),
    "in scientific notation": holds("2.3135E4", "", figure(), status=ACCEPTED),
    "in scientific notation with a sign": holds("2.3135e+04", "", figure(), status=ACCEPTED),
    "as Excel's neighbour of the figure": holds("23135.000000000004", "", figure(), status=ACCEPTED),
    "a string cell": holds(TRUE, "number.stored", figure(), "str", ACCEPTED),
    # other figures
    "minus zero": holds("-0", "rule.broken", 0),
    "minus zero as a double": holds("-0.0", "rule.broken", 0),
    "an exponent of minus 400": holds("1e-400", "rule.broken", 0),
    "1e308": holds("1e308", "number.range"),
    "1e400": holds("1e400", "number.range"),
    "an exponent without end": holds("1e999999999", "number.range"),
    "two thousand digits": holds("9" * 2000, "number.range"),
    "one more than the largest": holds("1000000000", "number.range", 1_000_000_000),
    "the largest": holds("999999999", "rule.broken", 999_999_999),
    "a fraction": holds("12.5", "number.fraction"),
    "nearly a whole number": holds("11.9999", "number.fraction"),
    "negative": says(-5, "number.negative", -5),
    "negative with a sign of full width": says("－5", "number.negative", -5),
    "in brackets": says("(5)", "number.text"),
    "seven decimals": Case(typed(78.1234567, AMOUNT), RETURNED, "number.precision", {AMOUNT: None}),
    "yuan for ten thousand yuan": Case(
        typed(7815610, AMOUNT), ACCEPTED, "amount.doubtful", {AMOUNT: 7_815_610_000_000}
    ),
    "exact decimals": Case(typed(78.1561, AMOUNT), ACCEPTED, "", {AMOUNT: 78_156_100}),
    "a double for its decimals": Case(stored("78.156099999999995", None, AMOUNT), ACCEPTED, "", {AMOUNT: 78_156_100}),
    # no figures
    "NaN": holds("NaN", "number.text"),
    "infinity": holds("INF", "number.text"),
    "underscores": holds("1_000", "number.text"),
    "hexadecimal": holds("0x10", "number.text"),
    "digits of another script as a number": holds(ARABIC, "number.text"),
    "digits of another script as text": says(ARABIC, "number.text"),
    "superscript digits": says("²³", "number.text"),
    "circled digits": says("①②", "number.text"),
    "Roman numerals": says("Ⅻ", "number.text"),
    "Chinese numerals": says("十二", "number.text"),
    "with a unit": says("22件", "number.text"),
    "with a remark": says("22（其中修订16件）", "number.text"),
    "yuan in words": Case(typed("251000元", AMOUNT), RETURNED, "number.text", {AMOUNT: None}),
    "less than last year": says("减4", "number.text"),
    "about": says("约20", "number.text"),
    "a sum as text": says("12+3", "number.text"),
    "a formula as text": says("=12+3", "number.text"),
    "a command as text": says("=cmd|'/c calc'!A1", "number.text"),
    "a fraction as text": says("1/3", "number.text"),
    "a range as text": says("3-4", "number.text"),
    "two numbers": says("12 13", "number.text"),
    "two points": says("1.2.3", "number.text"),
    "misplaced separators": says("2,31,35", "number.text"),
    "a sign that turns the digits around": says("\u202e53132", "number.text"),
    "signs of no width": same("231\u200b35"),
    "a very long text": says("数" * 32_767, "number.text"),
    "a dash": says("—", "cell.not_applicable", NOT_APPLICABLE),
    "a stroke": says("/", "cell.not_applicable", NOT_APPLICABLE),
    "none": says("无", "cell.not_applicable", NOT_APPLICABLE),
    "not applicable": says("不适用", "cell.not_applicable", NOT_APPLICABLE),
    "true": says(True, "number.kind"),
    "an error": says(Fault("#N/A"), "number.kind"),
    "an error of a reference": says(Fault("#REF!"), "number.kind"),
    "a date of ISO": holds("2024-01-03", "number.kind", None, "d"),
    "a date": dated("45294", number=14),
    "a date in Chinese": dated("45294", code='yyyy"年"m"月"d"日"'),
    "a time": dated("0.5", code="h:mm"),
    "blank": Case(typed(None), ACCEPTED, "cell.blank", {COUNT: None}),
    "blanks": Case(typed("  "), ACCEPTED, "cell.blank", {COUNT: None}),
    # formulas
    "a formula with its result": Case(acted(formula("23000+135", figure())), ACCEPTED, "formula.in_input"),
    "a formula without result": Case(acted(formula("23000+135")), RETURNED, "formula.uncalculated", {COUNT: None}),
    "a formula with a text": Case(acted(formula('"23"&"135"', TRUE)), ACCEPTED, "formula.in_input"),
    "a formula with a lie for a result": Case(acted(formula("1+1", 7)), RETURNED, "formula.in_input", {COUNT: 7}),
    "an array formula": Case(
        acted(formula("SUM(E6:F6)", figure(), 't="array" ref="D6"')), ACCEPTED, "formula.in_input"
    ),
    "a table of data": Case(
        acted(formula("", figure(), 't="dataTable" ref="D6" dt2D="1" dtr="1" r1="A1" r2="A2"')),
        ACCEPTED,
        "formula.in_input",
    ),
    "a total typed over": Case(acted(lambda opened: opened.put(TABLE_3, "J6", 99)), RETURNED, "total.typed"),
    "a total typed with its own sum": Case(
        acted(lambda opened: opened.put(TABLE_3, "J6", figure("applications.received.total"))),
        ACCEPTED,
        "total.retyped",
    ),
    "a total that is an error": Case(
        acted(lambda opened: opened.put(TABLE_3, "J6", Fault("#NAME?"))), RETURNED, "total.typed"
    ),
    "another formula for a total": Case(
        acted(lambda opened: opened.put(TABLE_3, "J6", Formula("99"))), ACCEPTED, "formula.changed"
    ),
    "a check that always agrees": Case(
        acted(lambda opened: opened.put("校验", "H6", Formula('"通过"'))), ACCEPTED, "formula.changed"
    ),
    # what an eye sees
    "a format of nothing": looks(code=";;;"),
    "a format that says zero": looks(code='"0"'),
    "a format that says another number": looks(code='"12"'),
    "a format in thousands": looks(code="0,"),
    "a format in ten thousands": looks(code="0!.0,"),
    "a format with a digit before": looks(code='"1"0'),
    "a format in per cent": looks(code="0%"),
    "a format for large numbers only": looks(code='[>1000]"0";0'),
    "white": looks(font=WHITE),
    "in the colour of its fill": looks(font='<sz val="11"/><color rgb="FFC00000"/>', fill=SOLID.format("C00000")),
    "one point high": looks(font='<sz val="1"/>'),
    "zeros that are not shown": Case(acted(no_zeros), RETURNED, "cell.disguised", {COUNT: 0}),
    "a condition that hides": Case(
        acted(lambda opened: condition(opened, TABLE_3, "D6:E9", HIDES)), ACCEPTED, "format.conditional"
    ),
    "a condition that shows another number": Case(
        acted(lambda opened: condition(opened, TABLE_3, "D6", '<numFmt numFmtId="200" formatCode="&quot;12&quot;"/>')),
        ACCEPTED,
        "format.conditional",
    ),
    "icons instead of figures": Case(
        acted(
            lambda opened: condition(
                opened,
                TABLE_3,
                "D6:F9",
                "",
                'type="iconSet"',
                '<iconSet showValue="0"><cfvo type="min" val="0"/></iconSet>',
            )
        ),
        ACCEPTED,
        "format.conditional",
    ),
    "a picture over figures": Case(acted(over("pic")), ACCEPTED, "sheet.drawing"),
    "a text box over figures": Case(acted(over("sp")), ACCEPTED, "sheet.drawing"),
    "a chart over figures": Case(acted(over("graphicFrame")), ACCEPTED, "sheet.drawing"),
    # texts
    "a text like a formula": text("=cmd|'/c calc'!A1"),
    "a text like markup": text("<script>alert(1)</script>&amp;<!--"),
    "a text like a template": text("{{ 7*7 }}{% raw %}${7*7}"),
    "a text with names that reach for more": text("{submission.texts}{0.__class__}", RETURNED, "text.reference"),
    "a text with an escaped bell": text("铃_x0007_声_x001B_[2J"),
    "a text with half a surrogate pair": text("前_xD800_后"),
    "a text with direction marks": text("收到12\u202e件51\u202c", code="text.turned"),
    "a text as long as Excel takes": text("字" * 32_767),
    "a text longer than Excel takes": text(
        "".join(chr(0x4E00 + at * 7919 % 20_000) for at in range(32_768)), RETURNED, "text.long"
    ),
    "a text that is an error": text(Fault("#VALUE!"), RETURNED, "text.fault"),
    "a text that is a number": text(12),
    "a text that is a formula": text(Formula('"甲"&"乙"'), RETURNED, "formula.uncalculated"),
    "an agency's name like a formula": Case(
        acted(lambda opened: opened.put(COVER, "B4", "=1+1")), RETURNED, "identity.conflict"
    ),
}
