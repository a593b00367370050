"""What is taken out of a document, part by part, is what whoever reads all of it finds there."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from tests.packaged import PACKAGED
from xltool import api
from xltool.forms import catalog, document
from xltool.forms.document_parts import read_parts
from xltool.model import Acceptance, ListRow, Submission, Waiver

SPEC = catalog.load_form("ogi-2021")
KEYS = ("agency", "scope", "values", "texts", "explanations", "lists", "serial", "accepted", "waivers", "nothing")
MISLEADING = ['\n "scope": "consolidated"', '"agency": {', "\\n", '"}', "\n}\n", "一\n二", "𠮷", ""]
TEXTS = st.sampled_from(MISLEADING) | st.text(max_size=30)


def read_all(data: bytes) -> dict[str, object]:
    whole = json.loads(data, parse_float=str)
    return {key: whole[key] for key in KEYS if key in whole}


@given(st.lists(TEXTS, min_size=6, max_size=6), st.integers(0, 99), st.booleans())
def test_the_parts_are_those_of_the_whole(texts, seed, more):
    name, serial, *others = texts
    key = SPEC.cells[0].key
    submission = figures.submission(SPEC, figures.consistent(SPEC, Random(seed)))
    submission = replace(
        submission,
        agency=replace(submission.agency, name=name),
        serial=serial,
        texts=dict(zip((text.key for text in SPEC.texts), others, strict=False)),
        explanations={"applications.balance": others[0]} if more else {},
        acceptances=(Acceptance("1", name, key, 1, 2, others[1], others[2]),) if more else (),
        waivers=(Waiver("1", name, "applications.balance", others[1], others[2], {key: 1}),) if more else (),
    )
    data = document.dump_document(SPEC, submission)
    assert read_parts(data, KEYS) == read_all(data)


@pytest.mark.parametrize("form", PACKAGED)
def test_documents_of_every_form(form):
    spec = api.form(form)
    lines = {each.id: (ListRow((None,) * len(each.columns)),) * 2 for each in spec.lists}
    values = tuple(range(len(spec.cells)))
    data = document.dump_document(spec, Submission(form, 2024, figures.AGENCY, values, lists=lines))
    assert read_parts(data, KEYS) == read_all(data)


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("begins", [b"", b"\xef\xbb\xbf"])
def test_one_that_others_wrote_is_read_whole(indent, begins):
    written = {"agency": {"name": "甲"}, "values": {"a": 1.50}, "schema": "xltool/submission/1"}
    data = begins + json.dumps(written, indent=indent).encode()
    assert read_parts(data, KEYS) == {"agency": {"name": "甲"}, "values": {"a": "1.5"}}
