"""Random reports whose every figure and text comes back, and a way to print them otherwise than we do."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests import figures
from xltool import api
from xltool.forms import catalog
from xltool.model import Agency, Submission
from xltool.published.imported import Imported
from xltool.published.vocabulary import read_vocabulary

VOCABULARY = read_vocabulary([spec for spec in catalog.load_all() if spec.usual])
SIGNS = (
    "公开信息政府工作年度报告受理答复群众网站平台培训制度机制建设审核发布更新"
    "数量内容渠道方式问题改进措施加强提升完善规范推进落实"
)
NAMES = (
    "额敏县教育和科学技术局",
    "样例市人民政府",
    "样例县甲镇人民政府",
    "样例省人民政府办公厅",
    "样例区城市管理综合执法大队（生态环境保护大队）",
)


def sentence(rng: Random) -> str:
    words = "".join(rng.choice(SIGNS) for _ in range(rng.randint(3, 40)))
    end = rng.choice(["", str(rng.randrange(5000)) + "件", "《办法》（国办函〔2020〕109号）", "www.a.example"])
    return f"{words}{end}。"


def prose(rng: Random) -> str:
    """Up to three paragraphs, none of which reads like a heading."""
    return "\n".join("".join(sentence(rng) for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(1, 3)))


def report(seed: int, form_id: str = "ogi-2021") -> Submission:
    """A submission that keeps every rule, with texts.

    Here and there a blank, a typed total that is wrong, a text that is missing.
    """
    rng = Random(seed)
    spec = api.form(form_id)
    values = figures.consistent(spec, rng)
    for key in rng.sample(sorted(values), rng.choice([0, 0, 3])):
        values[key] = None if rng.random() < 0.5 else rng.randrange(100)
    texts = {text.key: prose(rng) for text in spec.texts if text.place == "texts" and rng.random() < 0.9}
    texts |= {
        text.key: sentence(rng)[:12] for text in spec.texts if text.key.startswith("contact.") and rng.random() < 0.5
    }
    agency = Agency(rng.choice(NAMES), "", "department")
    agency = replace(agency, name=agency.code)
    submission = figures.submission(spec, values, agency)
    first, last = spec.years[0], spec.years[1] or 2026
    return replace(submission, texts=texts, year=rng.randint(first, last))


def back(submission: Submission, kind: str) -> Imported:
    return api.imported(api.report(submission, kind, draft=False))


def text(submission: Submission) -> str:
    return api.report(submission, "txt").decode()


def changed(told: str, old: str, new: str, count: int = 1) -> bytes:
    assert old in told, old
    return told.replace(old, new, count).encode()


def codes(imported: Imported) -> set[str]:
    return {found.code for found in imported.reading.findings} - {"published.read"}
