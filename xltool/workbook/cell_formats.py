"""How the cells of our workbooks look, as data: fonts, colours, borders and locks by name."""

from __future__ import annotations

from typing import Any, Final

WORKBOOK_FONT: Final = "宋体"
_BASE: Final[dict[str, Any]] = {
    "font_name": WORKBOOK_FONT,
    "font_size": 11,
    "font_scheme": "none",
    "valign": "vcenter",
    "text_wrap": True,
}
"""Without a scheme: a font of the theme's scheme is shown in the theme's font, Calibri, whatever its name says."""
_LINE: Final[dict[str, Any]] = {**_BASE, "border": 1, "border_color": "#7F7F7F"}
_FIGURE: Final[dict[str, Any]] = {**_LINE, "align": "center", "text_wrap": False, "shrink": True}
"""A figure too long for its column shrinks; it would show as ### or 1E+09 otherwise."""
_STATE: Final[dict[str, Any]] = {**_BASE, "border": 1, "border_color": "#BF9000"}
_TEXT: Final[dict[str, Any]] = {
    **_LINE,
    "valign": "top",
    "align": "left",
    "indent": 1,
    "bg_color": "#FFFDE7",
    "locked": False,
    "num_format": "@",
}
CELL_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "title": {**_BASE, "font_size": 16, "bold": True, "align": "center"},
    "state": {**_STATE, "bold": True, "indent": 1, "bg_color": "#FFF2CC"},
    "agency": {**_STATE, "indent": 1, "text_wrap": False, "shrink": True},
    "plain": _BASE,
    "small": {**_BASE, "font_size": 9, "font_color": "#595959"},
    "mark": {**_BASE, "font_size": 9, "font_color": "#595959", "text_wrap": False},
    "head": {**_LINE, "bold": True, "align": "center", "bg_color": "#DDEBF7"},
    "label": {**_LINE, "bg_color": "#F2F2F2", "indent": 1},
    "middle": {**_LINE, "align": "center", "bg_color": "#F2F2F2"},
    "locked": {**_LINE, "bg_color": "#EDEDED", "indent": 1},
    "end_mark": {**_LINE, "font_size": 9, "bg_color": "#EDEDED", "text_wrap": False},
    "guidance": {**_LINE, "font_size": 10, "font_color": "#404040", "indent": 1},
    "step": {**_LINE, "font_size": 10, "font_color": "#0563C1", "underline": 1, "indent": 1},
    "whose": {**_LINE, "font_size": 10, "font_color": "#404040", "indent": 1, "text_wrap": False, "shrink": True},
    "text": _TEXT,
    "run_on": {**_BASE, "font_size": 10, "align": "left", "text_wrap": False},
    "field": {**_LINE, "bg_color": "#FFFDE7", "indent": 1, "locked": False, "num_format": "@"},
    "day": {
        **_LINE,
        "bg_color": "#FFFDE7",
        "indent": 1,
        "align": "left",
        "locked": False,
        "num_format": 'yyyy"年"m"月"d"日"',
    },
    "reason": {**_LINE, "font_size": 10, "bg_color": "#FFFDE7", "indent": 1, "locked": False, "num_format": "@"},
    "choice": {**_LINE, "align": "center", "bg_color": "#FFFDE7", "locked": False, "num_format": "@"},
    "entry_day": {
        **_FIGURE,
        "bg_color": "#FFFDE7",
        "locked": False,
        "num_format": 'yyyy"年"m"月"d"日"',
    },
    "remark": {
        **_LINE,
        "font_size": 10,
        "align": "left",
        "indent": 1,
        "bg_color": "#FFFDE7",
        "locked": False,
        "num_format": "@",
    },
    "tick": {**_LINE, "align": "center", "bg_color": "#FFFDE7", "locked": False, "num_format": "@"},
    "input0": {**_FIGURE, "bg_color": "#FFFDE7", "locked": False, "num_format": "0"},
    "input": {**_FIGURE, "bg_color": "#FFFDE7", "locked": False, "num_format": "General"},
    "total": {**_FIGURE, "bg_color": "#D9D9D9", "bold": True, "num_format": "General"},
    **{
        f"rate{decimals}": {**_FIGURE, "bg_color": "#D9D9D9", "num_format": f"0.{'0' * decimals}".rstrip(".")}
        for decimals in range(7)
    },
    "prior": {**_FIGURE, "bg_color": "#EAF1F7", "font_color": "#44546A", "num_format": "General"},
    "last_year": {**_LINE, "align": "center", "font_size": 9, "bg_color": "#DDEBF7"},
    "word": {**_LINE, "align": "center", "font_size": 10},
    "word1": {**_FIGURE, "font_size": 10},
    "figure": _FIGURE,
    "link": {**_LINE, "align": "center", "font_color": "#0563C1", "underline": 1},
    "swatch_input": {**_LINE, "align": "center", "bg_color": "#FFFDE7"},
    "swatch_total": {**_LINE, "align": "center", "bg_color": "#D9D9D9"},
    "swatch_prior": {**_LINE, "align": "center", "bg_color": "#EAF1F7"},
    "swatch_bad": {**_LINE, "align": "center", "bg_color": "#F8CBAD"},
    "bad": {"bg_color": "#F8CBAD", "font_color": "#9C0006"},
    "ask": {"bg_color": "#FFE699", "font_color": "#7F6000"},
    "good": {"bg_color": "#C6E0B4", "font_color": "#375623"},
    "note": {**_LINE, "font_size": 10, "align": "center"},
    "grade_error": {
        **_LINE,
        "font_size": 10,
        "align": "center",
        "bold": True,
        "bg_color": "#F8CBAD",
        "font_color": "#9C0006",
    },
    "grade_warning": {**_LINE, "font_size": 10, "align": "center", "bg_color": "#FFE699", "font_color": "#7F6000"},
    "grade_info": {**_LINE, "font_size": 10, "align": "center", "bg_color": "#F2F2F2"},
    "mark_error": {"bg_color": "#F4914D", "font_color": "#7A0000", "bold": True},
    "mark_warning": {"bg_color": "#FFD34D", "font_color": "#614700", "bold": True},
}
_LIST_FORMAT: Final[dict[str, Any]] = {**_LINE, "font_size": 10}
LIST_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "head": {**_LIST_FORMAT, "bold": True, "align": "center", "bg_color": "#DDEBF7"},
    "text": _LIST_FORMAT,
    "fill": {**_LIST_FORMAT, "align": "center", "bg_color": "#FFFDE7"},
    "number": {**_LIST_FORMAT, "align": "right", "indent": 1, "text_wrap": False, "num_format": "General"},
    "date": {**_LIST_FORMAT, "align": "center", "text_wrap": False, "num_format": "yyyy-mm-dd"},
    "caption": {**_BASE, "font_size": 12, "bold": True, "text_wrap": False},
    "aside": {**_BASE, "font_size": 9, "font_color": "#404040", "valign": "top"},
    "moment": {**_LIST_FORMAT, "align": "center", "text_wrap": False, "num_format": "yyyy-mm-dd hh:mm:ss"},
}
"""How plain lists look; nothing in them is locked."""
LIST_FOOTER: Final = "&R&9&A　第 &P 页，共 &N 页"
"""What stands at the foot of each page of a list."""
