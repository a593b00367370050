"""A roster that Excel saved, in which 001 has become 1: who it is is known by name and by what went out."""

import pytest
from click.testing import CliRunner

from tests.campaign.test_decisions import ROSTER, Office
from xltool.cli import main

ZEROS = ROSTER.replace("A0", "000").replace("A1", "001").replace("A2", "0020")
LOST = ROSTER.replace("A0", "0").replace("A1", "1").replace("A2", "20")


@pytest.fixture
def office(tmp_path):
    office = Office.__new__(Office)
    office.root, office.figures = tmp_path / "某县", {}
    assert office.new(tmp_path, ZEROS).exit_code == 0
    assert office.run("build").exit_code == 0
    return office


@pytest.mark.parametrize("command", ["status", "collect", "build", "consolidate"])
def test_codes_without_their_zeros_are_those_that_went_out(office, command):
    office.put("财政局.xlsx", office.fill("001"))
    office.read_roster(LOST)
    done = office.run(command)
    assert "名录里 3 个单位代码丢了前面的 0（0 应为 000、1 应为 001、20 应为 0020）" in done.stderr
    assert "roster.csv 里改回来" in done.stderr and "“文本”" in done.stderr
    assert "名录的变动" not in done.output
    office.run("collect")
    assert office.states()["001"] == "accepted"


def test_nothing_is_said_where_all_zeros_are_there(office):
    assert "丢了前面的 0" not in office.run("status").output


def test_parents_are_restored_with_the_codes(office):
    office.read_roster(LOST.replace("\n1,某县财政局,department,0", "\n1,某县财政局,department,20"))
    done = office.run("status")
    assert "上级改了：001 某县财政局 000 → 0020" in done.output


@pytest.mark.parametrize(
    "roster",
    [
        ZEROS.replace("001,某县财政局", "1,某县审计局"),  # another agency
        ZEROS.replace("001,", "2,"),  # another code
        f"{ZEROS}1,某县财政局,department,000\n",  # beside the old one
        ZEROS.replace("001,", "A1,"),
    ],
)
def test_what_is_no_loss_of_zeros_is_told_as_what_it_is(office, roster):
    office.read_roster(roster)
    done = office.run("status")
    assert "丢了前面的 0" not in done.output
    assert "下发以后名录的变动" in done.output


def test_before_blanks_went_out_codes_are_as_they_stand(tmp_path):
    office = Office.__new__(Office)
    office.root, office.figures = tmp_path / "某县", {}
    assert office.new(tmp_path, ZEROS).exit_code == 0
    office.read_roster(LOST)
    assert "丢了前面的 0" not in office.run("build").output
    assert set(office.states()) == {"0", "1", "20"}


def test_doctor_knows_whose_codes_lost_their_zeros(office):
    office.put("财政局.xlsx", office.fill("001"))
    office.run("collect")
    office.read_roster(LOST)
    done = CliRunner().invoke(main, ["doctor", "-C", str(office.root)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "[留意] 名录里 3 个单位代码丢了前面的 0" in done.output and "没有发现损坏" in done.output
    assert "[留意] 单位 " not in done.output, "no agency is a stray for its zeros"
