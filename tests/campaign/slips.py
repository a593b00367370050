"""A return with a figure typed the wrong way round, which its text gives away, and the workbook that goes back."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import closing

import openpyxl

from xltool import api
from xltool.campaign.folder import load_campaign
from xltool.campaign.store import Store
from xltool.forms.cell_names import name_cell
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.tick_marks import ACCEPT_COLUMN

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
RECEIVED, GRANTED = "applications.received.natural_person", "applications.granted.natural_person"
TOTAL = "applications.received.total"
NAME = name_cell(SPEC, RECEIVED)


def fill_slip(office, code, typed=12, granted=21):
    """A workbook in which received applications were typed the wrong way round; the text says how many there were."""
    book = openpyxl.load_workbook(io.BytesIO(office.fill(code, seed=3)))
    for cell in SPEC.cells:
        if not cell.total:
            spot = PLAN.cells[cell.key]
            book[spot.sheet][spot.address] = {RECEIVED: typed, GRANTED: granted}.get(cell.key, 0)
    spot = PLAN.texts["overview.requests"]
    book[spot.sheet][spot.address] = "本年新收政府信息公开申请21件。"
    return save(book)


def save(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def edit(data, figures=(), answer=None):
    """A returned workbook with figures typed over, and what is written in the column 采纳 beside each opinion."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for key, value in dict(figures).items():
        spot = PLAN.cells[key]
        book[spot.sheet][spot.address] = value
    sheet = book["退回意见"]
    for row in sheet.iter_rows(min_col=ACCEPT_COLUMN + 1, max_col=ACCEPT_COLUMN + 2):
        if answer is not None and str(row[1].value or "").startswith("accept "):
            row[0].value = answer
    return save(book)


def returned(office, code):
    [path] = (office.root / "returned").glob(f"{code}_*.xlsx")
    return path.read_bytes()


def figures(office, code, number=None):
    """The figures that count of an agency, as its document has them, and the document."""

    with open_store(office) as store:
        version = store.counting_of(code) if number is None else store.version(code, number)
    return json.loads(version.submission), version


def open_store(office):
    return closing(Store(load_campaign(office.root).database))


def archive(office):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (office.root / "archive").iterdir()}
