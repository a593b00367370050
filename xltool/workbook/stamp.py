"""Blank workbooks for many agencies: the master is written once, then each agency's own parts are put in its place.

What is an agency's own stands in two small parts, the shared strings and the document properties, and with last year's
figures in the sheets of tables too. All other parts go into each workbook as they were deflated once.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from xml.etree.ElementTree import fromstring

from xltool.forms.text import clean_text
from xltool.model import CARRIED, PRIOR, Agency, Cell, CellKey, FormSpec, Level, Scope, Submission, Value, bare_key
from xltool.periods import Period, blank_submission, period_of
from xltool.rules.matrix import stack_column
from xltool.rules.prior_year import align_earlier, supply_prior
from xltool.workbook.cached_figure import to_cached_figure
from xltool.workbook.engine import escape_text, write_shared_string
from xltool.workbook.layout_plan import Plan, make_plan
from xltool.workbook.marks import check_marks, identity_marks
from xltool.workbook.write import write_workbook

STRINGS, PROPERTIES = "xl/sharedStrings.xml", "docProps/custom.xml"

_CODE, _NAME, _SERIAL = "\U0010fff0", "\U0010fff1", "\U0010fff2"
"""What stands in the master for an agency's own marks: private signs, of which no form has any."""
_OWN: Final = re.compile(f"[{_CODE}{_NAME}{_SERIAL}]")
_ITEM: Final = re.compile("<si>.*?</si>", re.DOTALL)
_BLANK: Final = re.compile(r'<c r="([A-Z]+[0-9]+)" s="[0-9]+"(/>)')

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_SIZES: Final = struct.Struct("<3I")
_SIZES_IN_LOCAL, _SIZES_IN_CENTRAL, _OFFSET_IN_CENTRAL = 14, 16, 42


class _ZipPart(NamedTuple):
    """One part in its zip: local header with name, deflated bytes, line of the directory."""

    name: str
    local: bytes
    packed: bytes
    central: bytes


@dataclass(frozen=True)
class _Mould:
    """A master workbook taken apart.

    Fixed markup alternates with the texts that hold an agency's marks, and with last year's cells.
    """

    entries: tuple[_ZipPart, ...]
    strings: tuple[str, ...]
    fixed: frozenset[str]
    properties: str
    tables: Mapping[str, tuple[str, ...]]  # by part: markup, a cell's key, markup and so on


class Master:
    """The blank workbook of a form and period, from which each agency's own is stamped, with 核对数 or without."""

    def __init__(self, spec: FormSpec, period: Period, scope: Scope = "own", *, controls: bool = False) -> None:
        self.spec, self.period, self.scope, self.controls = spec, period, scope, controls
        self._moulds: dict[tuple[Level | None, Period | None, str], _Mould] = {}

    def stamp(self, agency: Agency, serial: str, prior: Submission | None = None, deadline: str = "") -> bytes:
        """An agency's blank workbook, with last year's figures or without, byte for byte as the writer makes it.

        It tells its deadline, in words, where there is one.
        Raises `XltoolError` for a name, code or serial that is too long.
        """
        blank = self._blank(Agency(clean_text(agency.code), clean_text(agency.name), agency.level), clean_text(serial))
        prior = supply_prior(self.spec, blank, prior)
        check_marks(identity_marks(self.spec, blank))
        mould = self._mould(agency.level, prior, deadline)
        changed = _write_own_parts(mould, blank)
        if changed is None:
            return write_workbook(self.spec, blank, prior, deadline=deadline)
        if prior is not None:
            changed |= _fill_last_year(mould, self.spec, align_earlier(self.spec, self.period, prior))
        return _zip_entries(mould.entries, changed)

    def _blank(self, agency: Agency, serial: str) -> Submission:
        blank = blank_submission(self.spec, self.period, agency, scope=self.scope, serial=serial)
        return replace(blank, controls={}) if self.controls else blank

    def _mould(self, level: Level | None, prior: Submission | None, deadline: str) -> _Mould:
        """The master for one level, which the cover tells in a word, for the year beside this one, and for a deadline.

        Made when first wanted.
        """
        kind = level, None if prior is None else period_of(prior), deadline
        if kind not in self._moulds:
            empty = prior and blank_submission(self.spec, period_of(prior), prior.agency)
            data = write_workbook(
                self.spec, self._blank(Agency(_CODE, _NAME, level), _SERIAL), empty, deadline=deadline
            )
            self._moulds[kind] = _take_apart(data, make_plan(self.spec, prior is not None, self.controls), self.period)
        return self._moulds[kind]


def _write_own_parts(mould: _Mould, blank: Submission) -> dict[str, bytes] | None:
    """The parts that are the agency's own.

    None where one of its texts is also another text of the form, or there is none.

    Equal texts share one place among the shared strings, and then all other parts would count differently.
    """
    marks = {ord(_CODE): blank.agency.code, ord(_NAME): blank.agency.name, ord(_SERIAL): blank.serial}
    own = [write_shared_string(text.translate(marks)) for text in mould.strings[1::2]]
    if not all(marks.values()) or len({*own}) < len(own) or not mould.fixed.isdisjoint(own):
        return None
    strings = [*mould.strings]
    strings[1::2] = own
    properties = mould.properties.translate({sign: escape_text(text) for sign, text in marks.items()})
    return {STRINGS: "".join(strings).encode(), PROPERTIES: properties.encode()}


def _fill_last_year(mould: _Mould, spec: FormSpec, earlier: Sequence[Value]) -> dict[str, bytes]:
    """The sheets with earlier figures in their cells."""

    def write(key: str) -> str:
        return _write_rest(earlier[stack_column(spec, key) - len(spec.cells)], spec.cell(bare_key(key)))

    changed = {}
    for part, pieces in mould.tables.items():
        filled = [*pieces]
        filled[1::2] = [write(key) for key in pieces[1::2]]
        changed[part] = "".join(filled).encode()
    return changed


def _write_rest(value: Value, cell: Cell) -> str:
    """What follows the place and style of a cell."""
    if value is None:
        return "/>"
    shown = to_cached_figure(value, cell)
    return f' t="inlineStr"><is><t>{shown}</t></is></c>' if isinstance(shown, str) else f"><v>{shown:.16G}</v></c>"


def _take_apart(data: bytes, layout: Plan, period: Period) -> _Mould:
    entries = tuple(_read_entries(data))
    parts = {entry.name: entry.packed for entry in entries}

    def content(part: str) -> str:
        return zlib.decompress(parts[part], -zlib.MAX_WBITS).decode()

    strings, fixed = _split_strings(content(STRINGS))
    tables = {}
    for number, name in enumerate(layout.sheets, 1):
        places = {PRIOR + key: spot for key, spot in layout.priors.items()}
        places |= {  # what is carried into a year is 0 for everybody
            key: spot for key, spot in layout.earlier.items() if not (period.opens_year and key.startswith(CARRIED))
        }
        keys = {spot.address: key for key, spot in places.items() if spot.sheet == name}
        if keys:
            part = f"xl/worksheets/sheet{number}.xml"
            tables[part] = _split_sheet(content(part), keys)
    return _Mould(entries, strings, fixed, content(PROPERTIES), tables)


def _split_strings(strings: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The shared strings as markup and texts in turn, the texts those with an agency's marks.

    And all others as a set.
    """
    pieces, fixed, end = [""], set(), 0
    for item in _ITEM.finditer(strings):
        if _OWN.search(item[0]):
            pieces[-1] += strings[end : item.start()]
            pieces += ["".join(fromstring(item[0]).itertext()), ""]
            end = item.end()
        else:
            fixed.add(item[0])
    pieces[-1] += strings[end:]
    return tuple(pieces), frozenset(fixed)


def _split_sheet(sheet: str, keys: Mapping[str, CellKey]) -> tuple[str, ...]:
    """A sheet as markup and keys in turn: each key stands for the end of its blank cell."""
    pieces, end = [], 0
    for cell in _BLANK.finditer(sheet):
        if cell[1] in keys:
            pieces += [sheet[end : cell.start(2)], keys[cell[1]]]
            end = cell.end()
    if len(pieces) != 2 * len(keys):
        raise ValueError("not every cell for last year's figures was found")
    return (*pieces, sheet[end:])


def _read_entries(data: bytes) -> list[_ZipPart]:
    """The parts of a zip that we wrote ourselves, in the order of its directory."""
    *_, count, _, at, _ = _END.unpack_from(data, len(data) - _END.size)
    found = []
    for _ in range(count):
        central = _CENTRAL.unpack_from(data, at)
        packed, named, offset = central[8], central[10], central[16]
        begin = offset + _LOCAL.size + named
        line = data[at : at + _CENTRAL.size + named]
        found.append(
            _ZipPart(line[_CENTRAL.size :].decode("ascii"), data[offset:begin], data[begin : begin + packed], line)
        )
        at += len(line)
    return found


def _zip_entries(entries: tuple[_ZipPart, ...], changed: Mapping[str, bytes]) -> bytes:
    """The zip of those parts, the changed ones deflated anew, as Python's own zipfile writes it."""
    body: list[bytes | bytearray] = []
    directory: list[bytearray] = []
    offset = 0
    for entry in entries:
        head, packed, line = bytearray(entry.local), entry.packed, bytearray(entry.central)
        if entry.name in changed:
            content = changed[entry.name]
            packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = packer.compress(content) + packer.flush()
            sizes = (zlib.crc32(content), len(packed), len(content))
            _SIZES.pack_into(head, _SIZES_IN_LOCAL, *sizes)
            _SIZES.pack_into(line, _SIZES_IN_CENTRAL, *sizes)
        struct.pack_into("<I", line, _OFFSET_IN_CENTRAL, offset)
        body += [head, packed]
        directory.append(line)
        offset += len(head) + len(packed)
    length = sum(map(len, directory))
    end = _END.pack(b"PK\5\6", 0, 0, len(entries), len(entries), length, offset, 0)
    return b"".join([*body, *directory, end])
