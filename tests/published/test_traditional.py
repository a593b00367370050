"""Reports in traditional characters are called so; a name or a word in them makes none."""

from __future__ import annotations

import io

import docx
import pytest

from tests.published.reports import codes
from tests.published.test_as_printed import PLAIN, page
from xltool import api
from xltool.published.traditional import find_traditional

SIMPLE = "报开总体动处结办请数规范关务强许证费为业种类财乡县额银这写"
TRADITIONAL = "報開總體動處結辦請數規範關務強許證費為業種類財鄉縣額銀這寫"


def turn(text: str) -> str:
    return text.translate(str.maketrans(SIMPLE, TRADITIONAL))


def as_word(text: str) -> bytes:
    written = docx.Document()
    for line in text.splitlines():
        written.add_paragraph(line)
    data = io.BytesIO()
    written.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        turn(api.report(PLAIN, "txt").decode()).encode(),
        turn(page()).encode(),
        as_word(turn(api.report(PLAIN, "txt").decode())),
        turn(api.report(PLAIN, "txt").decode()).encode("utf-16"),
    ],
    ids=["txt", "html", "docx", "utf-16"],
)
def test_a_report_in_traditional_characters(data):
    for reading in (api.imported(data).reading, api.read(data)):
        assert reading.submission is None
        [found] = reading.findings
        assert found.code == "published.traditional"
        message = api.message(found, None)
        assert "繁体字写的（縣、財、開、報、" in message
        assert "繁转简" in message


def test_names_and_words_in_traditional_characters_are_read():
    text = api.report(PLAIN, "txt").decode()
    told = PLAIN.texts["overview.disclosure"]
    data = text.replace(told, f"{told}刊於《檔案學報》，題為「開放與發展」，由陳某譯。").encode()
    imported = api.imported(data)
    assert imported.reading.submission.values == PLAIN.values
    assert codes(imported) == set()


def test_short_texts_say_nothing():
    assert find_traditional(["報告"]) is None
    assert find_traditional([]) is None
