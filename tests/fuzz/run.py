"""Feeds the readers what a coverage-guided fuzzer makes of good files, and keeps what they did not expect.

    python tests/fuzz/run.py [--seconds N] [--target NAME] [--folder FOLDER]

Needs atheris, which is no dependency of the project (pip install atheris), and LibreOffice for the seeds of `xls`,
`ole`, `ods` and `pdf`. A finding is two files in the folder: the bytes that were read, and a `.txt` with the traceback;
one for each place in the code. The exit code is 1 when there is any. What is found becomes a test in the mirrored room,
with the few bytes that matter.
"""

import argparse
import hashlib
import io
import json
import os
import re
import signal
import struct
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed; it is no dependency of the project: pip install atheris")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
with atheris.instrument_imports(include=["xltool", "xlrd", "olefile", "msoffcrypto", "email", "zipfile", "pdfplumber"]):
    import msoffcrypto.format.ooxml  # noqa: F401  these are imported late, and only what is imported here is followed
    import olefile
    import pdfplumber  # noqa: F401
    import xlrd  # noqa: F401

    from tests.fuzz import seeds
    from tests.workbook.parts import packed
    from tests.workbook.tamper import Opened
    from xltool import api
    from xltool.campaign import inbox
    from xltool.drafting.make import draft_form
    from xltool.forms import catalog
    from xltool.messages import DefinitionError, XltoolError
    from xltool.published import read as published  # noqa: F401
    from xltool.rules.facts import find_facts, list_numbers, list_plain_numbers, read_facts
    from xltool.spreadsheet.number_format import format_date, format_number, format_text
    from xltool.workers import SLOWEST, WORKER_SECONDS


class OutOfTime(BaseException):
    """Not one that a library would take for its own."""


LIMITS = (
    "-max_len=200000",
    "-len_control=0",
    f"-timeout={WORKER_SECONDS * SLOWEST}",  # by the wall: the other clock stops what a worker gives up before
    "-report_slow_units=20",  # what a worker gives up after its ten seconds is told, and no finding
    "-rss_limit_mb=2048",
    "-verbosity=0",
    "-print_final_stats=1",
)
TOKENS = (
    rb'"[^"<\n]*"',
    rb"(?<=>)[^<>]+(?=<)",
    rb"<([\w:]+)(?:\s[^<>]*)?(?:/>|>[^<>]*</\1>)",
    rb"[\w.!$:+-]+",
    rb"[^\n]+\n?",
    rb"[^\w\s]",
)


def read_whole(data):
    """A submission, or exactly one error; every message whole and printable.

    And what was read can be checked and written.
    """
    reading = api.read(data, "来件", [seeds.PASSWORD])
    assert reading.submission is not None or [found.severity for found in reading.findings] == ["error"], (
        "neither read nor refused"
    )
    spec = None if reading.submission is None else api.form(reading.submission.form)
    [checked] = api.check([reading])
    for found in checked.findings:
        facts = {
            name: re.sub("[{}]|None", "", fact) if isinstance(fact, str) else fact for name, fact in found.data.items()
        }
        assert not re.search("[{}]|None", api.message(replace(found, data=facts), spec)), "a message with a gap"
        json.dumps(api.describe_finding(found, checked), ensure_ascii=False).encode()
    if reading.submission is not None:
        api.dump(reading.submission)


def read_report(data):
    """The same of a published report, with the place of each figure."""
    imported = api.imported(data, "报告")
    assert all(source.where for source in imported.sources)
    read_whole(data)


def within_limit(run):
    """The same for as long as a worker may: xlrd and pdfminer go on for ever in some damaged files."""

    def stop(*_):
        raise OutOfTime

    def timed(data):
        signal.signal(signal.SIGVTALRM, stop)  # the fuzzer itself has the other clock
        signal.setitimer(signal.ITIMER_VIRTUAL, WORKER_SECONDS)
        try:
            run(data)
        except OutOfTime:
            print(f"given up after {WORKER_SECONDS} s, as a worker is", file=sys.stderr, flush=True)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    return timed


def gather(data):
    for found in inbox._unpack_file("来件", data, patience=inbox.Patience()):
        assert (found.data is None) is bool(found.reason), "neither there nor told why not"
        assert found.name.encode() and not re.search(r"[\0-\x1f\x7f]", found.name), "a name that cannot be shown"


def display(data):
    code, _, digits = data.decode("utf-8", "replace").partition("\n")
    assert {
        type(text) for text in (format_number(code, digits), format_date(code, digits, True), format_text(code, "甲"))
    } <= {
        str,
        type(None),
    }


def read_prose(data):
    """What a text says alone, and within a report: each figure stands where it is said to stand."""
    said = data.decode("utf-8", "replace")
    document = api.read(seeds.DOCUMENTS[1]).submission
    spec = api.form(document.form)
    for fact in read_facts(spec, said, document.year):
        assert fact.quote in said, "a quotation that nobody wrote"
    list_plain_numbers(spec, said)
    whole = replace(document, texts=dict.fromkeys(document.texts, said))
    find_facts(spec, whole, document)
    list_numbers(spec, whole, document)
    read_whole(api.dump(whole))


def read_blank(data):
    """A definition, with its faults where it has any, or a sentence why not."""
    try:
        drafted = draft_form(data, "空白表", "media-check", 2024)
    except XltoolError:
        return
    assert drafted.faults if drafted.spec is None else drafted.spec.cells


def read_definition(data):
    """A form, or its faults; what is a form gives a workbook that is blank when read."""
    try:
        spec = catalog.parse_form(data.decode("utf-8", "replace"), "media_check.toml")
    except DefinitionError as error:
        assert str(error)
    else:
        assert len({cell.key for cell in spec.cells}) == len(spec.cells) > 0


def words_changed(data, rng):
    """A few tokens replaced, dropped or doubled: XML, JSON and mails mostly stay what they are."""
    tokens = [match.span() for match in re.finditer(rng.choice(TOKENS), data)]
    for begin, end in sorted(rng.sample(tokens, min(len(tokens), rng.choice([1, 1, 2, 6]))), reverse=True):
        old, other, word = data[begin:end], data[slice(*rng.choice(tokens))], rng.choice(seeds.WORDS).encode()
        data = (
            data[:begin]
            + rng.choice([word, b'"%s"' % word, other, b"", old * 2, old[:1] + word + old[-1:]])
            + data[end:]
        )
    return data


def clauses_changed(data, rng):
    """Numbers, words and stops of Chinese sentences replaced, dropped, doubled or exchanged."""
    said = data.decode("utf-8", "ignore")
    pieces = re.findall(r"\d+|[，。；：、（）“”]|[^\d，。；：、（）“”]{1,4}", said)
    others = re.findall(r"\d+|[^\d]{1,3}", rng.choice(seeds.SENTENCES))
    for _ in range(min(len(pieces), rng.choice([1, 1, 2, 6]))):
        at = rng.randrange(len(pieces))
        other = rng.choice([rng.choice(pieces), rng.choice(others), rng.choice(seeds.PROSE_WORDS)])
        pieces[at] = rng.choice([other, "", pieces[at] * 2, pieces[at] + other])
    return "".join(pieces).encode()


def records_changed(data, rng):
    """Records of an .xls stream dropped, doubled, exchanged, cut, or with odd numbers in them.

    Their lengths are put right.
    """
    at, records = 0, []
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        records.append((kind, data[at + 4 : at + 4 + length]))
        at += 4 + length
    for _ in range(rng.choice([1, 1, 2, 6]) if len(records) > 6 else 0):
        at = rng.randrange(len(records))
        kind, body = records[at]
        place, number = (
            rng.randrange(len(body) + 1),
            rng.choice([0, 1, 255, 256, 0x7FFF, 0x8000, 0xFFFF, rng.randrange(2**16)]),
        )
        odd = (kind, body[:place] + struct.pack("<H", number) + body[place + 2 :])
        records[at : at + 1] = rng.choice(
            [[odd]] * 5 + [[], [(kind, body)] * 2, [rng.choice(records)], [(kind, body[:place])]]
        )
    return b"".join(struct.pack("<HH", kind, min(len(body), 0xFFFF)) + body[:0xFFFF] for kind, body in records)


class Target(NamedTuple):
    seeds: Sequence[bytes]
    run: Callable[[bytes], object] = read_whole
    mutate: Callable[[bytes, Random], bytes] | None = None
    built: Callable[[bytes], bytes] = bytes
    """The file that the bytes of the fuzzer stand for."""
    kept: int = 0  # first bytes that say which part is meant, and are left alone


def parts_of(*books):
    """Each part of each book, behind a byte for the book and one for the part.

    The other parts and the sums are put right.
    """
    opened = [Opened(book).parts for book in books]

    def built(data):
        book, part, content = *data[:2].ljust(2, b"\0"), data[2:]
        parts = opened[book % len(opened)]
        return packed(parts | {[*parts][part % len(parts)]: content}, zipfile.ZIP_STORED)

    starts = [
        bytes([at, part]) + content for at, parts in enumerate(opened) for part, content in enumerate(parts.values())
    ]
    return Target(starts, mutate=words_changed, built=built, kept=2)


def stream_of(book):
    """The stream of records in an .xls file, without the container around it, which is put right."""

    def built(data):
        with olefile.OleFileIO(copy := io.BytesIO(book)) as file:
            file.write_stream("Workbook", data[: len(stream)].ljust(len(stream), b"\0"))
            return copy.getvalue()

    with olefile.OleFileIO(io.BytesIO(book)) as file:
        stream = file.openstream("Workbook").read()
    start = stream.rstrip(b"\0") + b"\0\0"
    locked = [start[:20] + record + start[20:] for record in seeds.FILE_PASS]  # behind the first record
    return Target([start, *locked], within_limit(read_whole), records_changed, built)


TARGETS = {
    "zip": lambda: Target([seeds.filled(), seeds.dressed()]),
    "parts": lambda: parts_of(seeds.filled(), seeds.dressed()),
    "xls": lambda: stream_of(seeds.saved("xls")[0]),
    "ole": lambda: Target([*seeds.saved("xls"), seeds.encrypted()], within_limit(read_whole)),
    "ods": lambda: parts_of(*seeds.saved("ods")),
    "document": lambda: Target(seeds.DOCUMENTS, mutate=words_changed),
    "word": lambda: parts_of(*seeds.published("docx"))._replace(run=read_report),
    "page": lambda: Target(
        [*seeds.published("html"), *seeds.published("txt"), *seeds.published("md")], read_report, words_changed
    ),
    "pdf": lambda: Target(seeds.printed(), within_limit(read_report), words_changed),
    "mail": lambda: Target(seeds.mails(), gather, words_changed),
    "archive": lambda: Target([seeds.archive()], gather),
    "prose": lambda: Target([each.encode() for each in seeds.SENTENCES], read_prose, clauses_changed),
    "blank": lambda: Target([seeds.BLANK], within_limit(read_blank), words_changed),
    "definition": lambda: Target(seeds.DEFINITIONS, within_limit(read_definition), words_changed),
    "display": lambda: Target(seeds.FORMATS, display, words_changed),
}


def fuzz(name, seconds, folder, corpus):
    """One target for so many seconds; it ends the process, as the fuzzer does."""
    target, places = TARGETS[name](), set()
    for at, seed in enumerate(target.seeds):
        (corpus / str(at)).write_bytes(seed)

    def one(data):
        file = target.built(data)
        try:
            target.run(file)
        except Exception as error:  # whatever a reader lets out is what is looked for
            if (place := repr((type(error), traceback.extract_tb(error.__traceback__)[-2:]))) not in places:
                places.add(place)
                path = folder / f"{name}-{type(error).__name__}-{hashlib.sha256(file).hexdigest()[:8]}"
                path.write_bytes(file)
                path.with_suffix(".txt").write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")

    def mutated(data, longest, seed):
        rng, head, body = Random(seed), data[: target.kept], data[target.kept :]
        if target.mutate is None or not body or rng.random() < 0.2:
            return head + atheris.Mutate(body or b"\0", longest - len(head))
        return (head + target.mutate(body, rng))[:longest]

    arguments = [sys.argv[0], str(corpus), f"-max_total_time={seconds}", f"-artifact_prefix={folder}/{name}-", *LIMITS]
    atheris.Setup(arguments, one, custom_mutator=mutated)
    atheris.Fuzz()


def start():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--folder", type=Path, help="where findings are written; a new temporary folder unless told")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="findings-"))
    folder.mkdir(parents=True, exist_ok=True)
    for name in [given.target] if given.target else TARGETS:
        print(f"---- {name}", flush=True)
        with tempfile.TemporaryDirectory() as corpus:
            if not (child := os.fork()):
                fuzz(name, given.seconds, folder, Path(corpus))
            if code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
                (folder / f"{name}-ended.txt").write_text(
                    f"the fuzzer ended with {code}; what it read lies beside this\n"
                )
    found = sorted(folder.iterdir())
    print(*found or ["nothing found"], sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    start()
