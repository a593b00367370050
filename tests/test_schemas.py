"""Every JSON that xltool writes is what its published schema says, and the schema says no more than is written."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import xltool
from tests import figures
from tests.campaign import stores
from tests.forms import lists
from tests.rules.test_likeness import write
from xltool import api
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.kept_reports import Signature
from xltool.campaign.roster import Roster
from xltool.campaign.signing import SignOff
from xltool.campaign.standings import find_standings
from xltool.campaign.status_document import to_json
from xltool.cli import main
from xltool.cli.forms import describe_form
from xltool.forms import document

HOUSE = Path(xltool.__file__).parent
SAMPLES = HOUSE.parent / "samples" / "2024"
SCHEMAS = {file.name.removesuffix(".json"): file for file in (resources.files("xltool") / "schemas").iterdir()}
SPEC = api.form("ogi-2021")


@cache
def validator(name):
    return Draft202012Validator(json.loads(SCHEMAS[name].read_text("utf-8")))


def check(written):
    """Holds a document against the schema that it names."""
    name = re.fullmatch(r"xltool/(\w+)/1", written["schema"])[1]
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator(name).iter_errors(written)]
    assert not faults, faults[:5]
    return name


def run(*arguments):
    done = CliRunner().invoke(main, list(map(str, arguments)), prog_name="xltool")
    return [json.loads(line) for line in done.stdout_bytes.splitlines()]


def test_every_schema_that_the_house_names_is_published():
    named = {
        name for path in HOUSE.rglob("*.py") for name in re.findall(r"\"xltool/(\w+)/1\"", path.read_text("utf-8"))
    }
    secrets = {"seal", "link"}  # what they are made over is no document that anybody reads
    assert named - secrets == SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name):
    held = json.loads(SCHEMAS[name].read_text("utf-8"))
    Draft202012Validator.check_schema(held)
    assert held["properties"]["schema"] == {"const": f"xltool/{name}/1"}
    assert held["$id"] == f"urn:xltool:{name}:1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_forms(folder):
    assert check(*run("forms", "--json")) == "forms"
    for form_id in api.forms():
        assert check(*run("forms", form_id, "--json")) == "form"
    assert check(*run("forms", "diff", "ogi-2019", "ogi-2021", "--json")) == "diff"


def test_what_a_ledger_comes_to(folder):
    ledgers = sorted((HOUSE.parent / "samples" / "ogi-ledger" / "2024").glob("*.json"))[:2]
    run("ledger", "compile", ledgers[0], "-o", "compiled.json", "--json")
    [line] = run("ledger", "compile", ledgers[1], "--with", "compiled.json", "--on", "2030-01-01", "--json")
    assert check(line) == "ledger"
    assert line["differences"] and line["cases"] and line["assumptions"]


def test_lists_of_unknown_length():
    spec = lists.make_form()
    assert check(describe_form(spec)) == "form"
    submission = lists.submit(spec, [*lists.CASES, (None,) * 7, lists.CASES[0]])
    assert check(json.loads(document.dump_document(spec, submission))) == "submission"


def test_findings_of_all_kinds(folder):
    samples = sorted(SAMPLES.glob("*.json"))
    (folder / "no.xlsx").write_bytes(b"PK\3\4 broken")
    values = {
        "disclosure.fees.amount": 781234567,
        "disclosure.regulations.issued": "/",
        "disputes.review.upheld": "很多",
    }
    whole = json.loads(samples[0].read_text("utf-8"))
    (folder / "odd.json").write_text(json.dumps(whole | {"values": whole["values"] | values}), "utf-8")
    lines = run("check", *samples, folder / "odd.json", folder / "no.xlsx", folder / "missing.xlsx", "--json")
    assert [check(line) for line in lines] == ["check"] * (len(samples) + 3)
    assert {line["status"] for line in lines} == {"accepted", "returned", "rejected"}
    assert any(found["suspects"] for line in lines for found in line["findings"])


def test_facts(folder):
    text = (
        "收到申请3件，同比增加1件，自然人3件，占100%，共发布信息12条，其中5条、7条；"
        "引用{applications.received.total}；开展培训2次，去年2件。"
    )
    whole = json.loads(sorted(SAMPLES.glob("*.json"))[0].read_text("utf-8"))
    (folder / "a.json").write_text(json.dumps(whole | {"texts": {"overview.requests": text}}), "utf-8")
    lines = [*run("facts", "a.json", "--json"), *run("facts", "a.json", "--json", "--all")]
    assert {check(line) for line in lines} == {"fact"}
    assert {line["kind"] for line in lines} == {"figure", "change", "percent", "sum", "number", "reference"}


def spoilt():
    """What the rules of a form notice of one submission of each kind."""
    [line] = run("rules", "selftest", "ogi-2021", "--count", "1", "--seed", "2", "--json")
    return line


def test_what_rules_notice(folder):
    line = spoilt()
    assert check(line) == "selftest"
    assert (line["form"], line["seed"], line["count"]) == ("ogi-2021", 2, 1)
    assert {each["locked"] for each in line["slips"]} == {True, False}
    assert any(each["missed"] for each in line["slips"]) and all(each["tried"] == 1 for each in line["slips"])


def alike(root):
    """Two agencies of which one has copied the other, and a third."""
    for at, seed in enumerate((1, 1, 2)):
        made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0), stores.entries()[at].agency)
        (root / f"{at}.json").write_bytes(api.dump(replace(made, texts={"problems": write(600, seed)})))
    return run("alike", root / "0.json", root / "1.json", root / "2.json", "--json")


def test_texts_that_are_alike(folder):
    [line] = alike(folder)
    assert check(line) == "alike"
    assert [each["code"] for each in line["agencies"]] == ["654221-000", "654221-001"]
    assert line["percent"] == 100 and {line["one"]["code"], line["another"]["code"]} == {"654221-000", "654221-001"}


def test_submission_documents(folder):
    for sample in sorted(SAMPLES.glob("*.json")):
        CliRunner().invoke(main, ["fill", str(sample), "-o", "a.xlsx"])
        CliRunner().invoke(main, ["report", str(sample), "-o", "a.json", "--draft"])
        [filled] = [json.loads(CliRunner().invoke(main, ["read", "a.xlsx"]).stdout)]
        for written in (filled, json.loads(Path("a.json").read_text("utf-8")), json.loads(sample.read_text("utf-8"))):
            assert check(written) == "submission"
    CliRunner().invoke(main, ["report", str(sample), "-o", "a.docx", "--draft"])
    assert check(json.loads(CliRunner().invoke(main, ["import", "a.docx"]).stdout)) == "submission"


def standing_documents(root):
    """A campaign with a return of each state, and one without a deadline."""
    roster = Roster(stores.entries())
    made = stores.campaign(root, roster)
    office, education = (entry.agency for entry in roster.entries[:2])
    with stores.opened(made) as store:
        good = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0) | stores.FIGURES, office)
        stores.take_judged(store, good, "2025-01-10T09:00:00", "好.xlsx")
        stores.take(store, education.code, "2025-01-11T09:00:00", [stores.finding("applications.balance@enterprise")])
        others = [Unmatched("0" * 64, "别.xlsx", "读不出单位。", "2025-01-12T09:00:00")]
        found = find_standings(made, roster, store, date(2025, 2, 3))
    signature = Signature(
        "county/submission.json", "0" * 64, b"{}", "{}", "李主任", "2025-02-02T09:00:00", "经会议审定"
    )
    signed = SignOff(signature, ("A1 某局：第 1 版 → 某局：第 2 版",)).describe()
    return made, to_json(made, found, others, signed)


def test_how_agencies_stand(folder):
    made, written = standing_documents(folder)
    assert check(written) == "status"
    assert [agency["state"] for agency in written["agencies"]][:3] == ["accepted", "returned", "missing"]
    assert check(*run("status", "-C", made.root, "--json")) == "status"
    made.root.joinpath("campaign.toml").write_text(
        re.sub(r"(?m)^deadline.*\n", "", made.root.joinpath("campaign.toml").read_text("utf-8")), "utf-8"
    )
    [without] = run("status", "-C", made.root, "--json")
    assert without["deadline"] is None
    check(without)


def collected(root):
    """The lines of a run that takes in one of each: a return, a file that is none, a temporary file."""
    made = stores.campaign(root, Roster(stores.entries()))
    inbox = made.root / made.layout.inbox
    agency = stores.entries()[1].agency
    (inbox / "好.xlsx").write_bytes(api.fill(figures.submission(SPEC, stores.FIGURES, agency)))
    (inbox / "照片.jpg").write_bytes(b"JFIF")
    (inbox / "~$好.xlsx").write_bytes(b"")
    return run("collect", "-C", made.root, "--json", "--jobs", "1")


def test_what_became_of_files(folder):
    lines = collected(folder)
    assert [check(line) for line in lines] == ["collect"] * 3
    assert {(line["file"], line["state"] in {"open", "returned", "accepted"}, line["agency"]) for line in lines} == {
        ("好.xlsx", True, "654221-001"),
        ("照片.jpg", False, None),
        ("~$好.xlsx", False, None),
    }


def listed(folder):
    """A roster with a fault of a line in a column, one of a line, and one of the whole file."""
    (folder / "名录.csv").write_text("单位,级别,邮箱\n甲局,部门,\n乙局,镇镇,x\n甲局,部门,\n", "utf-8")
    (folder / "空.csv").write_text("", "utf-8")
    return [*run("roster", folder / "名录.csv", "--json"), *run("roster", folder / "空.csv", "--json")]


def test_rosters(folder):
    faulty, empty = listed(folder)
    assert [check(each) for each in (faulty, empty)] == ["roster"] * 2
    assert [(each["line"], each["name"], each["code_made"]) for each in faulty["agencies"]] == [
        (2, "甲局", True),
        (3, "乙局", True),
        (4, "甲局", True),
    ]
    assert [(each["line"], each["field"]) for each in faulty["faults"]] == [(3, "level"), (3, "email"), (4, "code")]
    assert empty["agencies"] == [] and [(each["line"], each["field"]) for each in empty["faults"]] == [(None, None)]
    [right] = run("roster", SAMPLES.parent / "roster.csv", "--json")
    assert check(right) == "roster" and len(right["agencies"]) == 6 and right["faults"] == []


def test_the_county_s_own_document(folder):
    made, _ = standing_documents(folder)
    CliRunner().invoke(main, ["consolidate", "-C", str(made.root), "--allow-missing"])
    assert check(json.loads((made.root / "county" / "submission.json").read_text("utf-8"))) == "submission"


def test_the_computer(folder):
    assert check(*run("doctor", "--json")) == "doctor"


def objects(schema, written, path=()):
    """Every object of a document that its schema closes, with the way to it and the keys that must be there."""
    if isinstance(written, dict) and "properties" in schema:
        if schema.get("additionalProperties") is False:
            yield path, schema["required"]
        for key, inner in schema["properties"].items():
            if key in written:
                yield from objects(inner, written[key], (*path, key))
    elif isinstance(written, list) and "items" in schema and written:
        longest = max(range(len(written)), key=lambda at: len(str(written[at])))
        yield from objects(schema["items"], written[longest], (*path, longest))


def at(written, path):
    for step in path:
        written = written[step]
    return written


def test_no_field_may_be_missing_and_none_is_unknown(folder):
    written = [
        *run("forms", "--json"),
        *run("forms", "ogi-2021", "--json"),
        *run("check", SAMPLES / "654221-102.json", "--json"),
        *run("doctor", "--json"),
        standing_documents(folder)[1],
        collected(folder / "收件")[0],
        listed(folder)[0],
        spoilt(),
        *alike(folder),
    ]
    closed = 0
    for whole in written:
        name = check(whole)
        for path, required in objects(validator(name).schema, whole):
            closed += 1
            for key in required:
                less = deepcopy(whole)
                del at(less, path)[key]
                assert not validator(name).is_valid(less), (name, path, key)
            more = deepcopy(whole)
            at(more, path)["another"] = 1
            assert not validator(name).is_valid(more), (name, path)
    assert closed == 29  # each document, and each kind of object in it


VALUES = st.sampled_from([0, 12, 78.1561, -3, None, "/", "十二", True, [1], {}])
TEXTS = st.sampled_from(["文字。", "", None, 5, [], True])
AGENCY = {"code": "1", "name": "甲局", "level": "county"}


def mapping(keys, values):
    return st.one_of(st.dictionaries(st.sampled_from(keys), values), st.sampled_from([[], None, "没有"]))


def often(usual, *odd):
    """The usual value in most documents, so that one fault alone is met too."""
    return st.one_of(*[st.just(usual)] * 6, st.sampled_from(odd))


DOCUMENTS = st.fixed_dictionaries(
    {
        "schema": often("xltool/submission/1", "xltool/submission/2", None),
        "form": often("ogi-2021", "", " ", 5),
        "year": often(2024, 2000, 2100, 1999, 2101, "2024", None, True, 2024.5),
        "agency": often(
            AGENCY, AGENCY | {"code": ""}, AGENCY | {"name": " \t"}, AGENCY | {"level": "village"}, [], {"code": "1"}
        ),
    },
    optional={
        "scope": often("own", "consolidated", "all", None),
        "values": mapping(["disclosure.fees.amount", "disputes.review.upheld", "applications.received.total"], VALUES),
        "texts": mapping(["overview", "overview.disclosure", "contact.phone"], TEXTS),
        "explanations": mapping(["applications.balance@enterprise", "cell.blank@disclosure"], TEXTS),
        "serial": often("0001", "", 5),
        "another": st.just(1),
    },
)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS, st.sampled_from(["", "", "", "", "schema", "form", "year", "agency"]))
def test_the_schema_takes_the_documents_that_reading_takes(given, left_out):
    given.pop(left_out, None)
    reading = document.parse_document(json.dumps(given).encode(), api.known_form)
    shapeless = {found.code for found in reading.findings} & {"number.kind", "number.text"}
    assert validator("submission").is_valid(given) == (reading.submission is not None and not shapeless)
