"""What lies in an inbox: folders, archives with Chinese names, droppings; every file told, none touched."""

import io
import os
import subprocess
import time
import zipfile
from email.message import EmailMessage
from random import Random

import pytest

from tests.campaign import stores
from xltool import workers
from xltool.campaign import zipped as zip_module
from xltool.campaign.collecting import collect_files
from xltool.campaign.folder import Campaign
from xltool.campaign.inbox import DEEPEST_FOLDER, find_files
from xltool.campaign.intake import Intake
from xltool.campaign.layout import PLAIN_LAYOUT
from xltool.campaign.names import MAX_NAME_BYTES, workbook_name
from xltool.campaign.roster_reading import parse_roster
from xltool.model import Agency
from xltool.spreadsheet.package import MAX_RATIO, RATIO_FROM


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_folders_archives_and_droppings(tmp_path):
    (tmp_path / "深" / "更深").mkdir(parents=True)
    (tmp_path / "深" / "更深" / "表.xlsx").write_bytes(b"one")
    for name in ("~$表.xlsx", ".~lock.表.xlsx#", "Thumbs.db", "._表.xlsx", ".DS_Store"):
        (tmp_path / name).write_bytes(b"dropping")
    (tmp_path / "几个.zip").write_bytes(zipped(**{"一.xlsx": b"two", "里/二.xlsx": b"three", "~$一.xlsx": b"lock"}))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    found = list(find_files([tmp_path]))
    assert sorted(item.data for item in found if item.data is not None) == [b"one", b"three", b"two"]
    assert sum(item.skipped for item in found) == 6
    assert all(item.reason for item in found if item.data is None)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_names_of_chinese_windows(tmp_path):
    data = bytearray(zipped(**{"aaaa.xlsx": b"x"}))
    (tmp_path / "a.zip").write_bytes(bytes(data).replace(b"aaaa", "财政".encode("gb18030")))
    assert [item.name for item in find_files([tmp_path])] == ["a.zip/财政.xlsx"]


def test_what_cannot_be_opened_is_told(tmp_path):
    inner = zipped(**{"一.xlsx": b"x"})
    (tmp_path / "1.zip").write_bytes(zipped(**{"里.zip": inner}))
    (tmp_path / "2.zip").write_bytes(inner[:40] + b"\0" * 9 + inner[49:])
    (tmp_path / "大.xlsx").write_bytes(b"0" * (10 * 2**20 + 1))
    (tmp_path / "链接.xlsx").symlink_to(tmp_path / "大.xlsx")
    os.mkfifo(tmp_path / "管道.xlsx")
    found = {item.name.split("/")[0]: item for item in find_files([tmp_path, tmp_path / "没有.xlsx"])}
    assert set(found) == {"1.zip", "2.zip", "大.xlsx", "链接.xlsx", "管道.xlsx", "没有.xlsx"}
    for name in ("1.zip", "大.xlsx", "链接.xlsx", "管道.xlsx", "没有.xlsx"):
        assert found[name].data is None and found[name].reason and not found[name].skipped, name


@pytest.mark.parametrize(
    "mark", ["[Content_Types].xml", "[content_types].xml", "mimetype", "OFD.xml", "Index/Document.iwa"]
)
def test_one_document_is_not_taken_apart(tmp_path, mark):
    data = zipped(**{mark: b"x", "里/二.xml": b"y"})
    (tmp_path / "a").write_bytes(data)
    assert [(item.name, item.data) for item in find_files([tmp_path])] == [("a", data)]


def test_a_member_that_inflates_too_far_is_told(tmp_path):
    """Up to a size any member is taken, above it those up to the ratio."""
    size, rng = 2 * RATIO_FROM, Random(1)
    for name, data, taken in (
        ("小.zip", bytes(RATIO_FROM), True),
        ("大.zip", bytes(RATIO_FROM + 1), False),
        ("九十比一.zip", rng.randbytes(size // 110) + bytes(size), True),
        ("百十比一.zip", rng.randbytes(size // 140) + bytes(size), False),
    ):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("一.xlsx", data)
        [found] = find_files([tmp_path / name])
        assert (found.data == data) is taken
        assert found.reason == ("" if taken else f"压缩比超过 {MAX_RATIO}:1，不是正常的文件")


def test_a_member_of_an_archive_without_a_name(tmp_path):
    data = bytearray(zipped(a=b"x"))
    for at in (26, data.index(b"PK\1\2") + 28):
        data[at : at + 4] = b"\0\0\1\0"  # the sign of the name belongs to what stands behind it
    (tmp_path / "a.zip").write_bytes(data)
    assert [(item.name, item.data) for item in find_files([tmp_path])] == [("a.zip/（无名）", b"x")]


def test_file_names_come_from_the_roster_and_are_safe(tmp_path):
    campaign = Campaign(tmp_path, "ogi-2021", 2024, "县")
    assert workbook_name(campaign, Agency("1", "财政局", "county")) == "1_财政局_2024.xlsx"
    assert workbook_name(campaign, Agency("1", "a/..\\b:*?\u202ec. ", "county"), "_退回2") == "1_a..bc_2024_退回2.xlsx"
    assert len(workbook_name(campaign, Agency("1", "长" * 300, "county")).encode()) <= MAX_NAME_BYTES


def test_a_path_that_is_not_there_is_the_callers_mistake(tmp_path):
    from click.testing import CliRunner

    from xltool.cli import main

    (tmp_path / "名录.csv").write_text("code,name,level\nA,甲县,county\n", "utf-8")
    options = ["--form", "ogi-2021", "--year", "2024", "--name", "县", "--roster", str(tmp_path / "名录.csv")]
    assert CliRunner().invoke(main, ["new", str(tmp_path / "c"), "--plain", *options]).exit_code == 0
    done = CliRunner().invoke(main, ["collect", "-C", str(tmp_path / "c"), str(tmp_path / "没有.xlsx")])
    assert done.exit_code == 1 and "没有.xlsx" in done.output
    shown = CliRunner().invoke(main, ["status", "-C", str(tmp_path / "c"), "--json"])
    assert '"unmatched": []' in shown.output


@pytest.fixture
def deep(tmp_path):
    """Folders that lie 1,500 deep, with a file in the last, and another one at the top."""
    (tmp_path / "表.xlsx").write_bytes(b"one")
    top = here = os.open(tmp_path, os.O_RDONLY)
    opened = [top]
    for _ in range(1_500):
        os.mkdir("d", dir_fd=here)
        here = os.open("d", os.O_RDONLY, dir_fd=here)
        opened.append(here)
        if len(opened) > 100:
            os.close(opened.pop(1))
    os.close(os.open("x.xlsx", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    for each in opened:
        os.close(each)
    yield tmp_path
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # shutil.rmtree recurses


def test_folders_without_end_are_one_that_is_told(deep):
    found = {item.name[:20]: item for item in find_files([deep])}
    assert found.pop("表.xlsx").data == b"one"
    [told] = found.values()
    assert (told.data, told.skipped) == (None, False)
    assert f"超过 {DEEPEST_FOLDER} 层" in told.reason


def test_paths_that_are_too_long_for_the_system_are_told(tmp_path):
    path = tmp_path / "/".join("名" * 80 for _ in range(30)) / "表.xlsx"
    assert [item.reason for item in find_files([path])] == ["文件名或路径过长"]


def test_thousands_of_links_are_told_in_no_time(tmp_path):
    roster = parse_roster("单位代码,单位名称,级别\nA-1,甲局,county\n".encode())
    made = stores.campaign(tmp_path / "任务", roster)
    for at in range(8_000):
        (made.root / PLAIN_LAYOUT.inbox / f"{at:05}.xlsx").symlink_to("/dev/null")
    with stores.opened(made) as store:
        intake = Intake(made, roster, store, b"k" * 32, "2025-01-20T08:00:00", lambda code: None)
        for state in ("rejected", "duplicate"):
            start = time.process_time()
            taken = list(collect_files(intake, ()))
            assert time.process_time() - start < 30
            assert [(each.file, each.state) for each in taken[:2]] == [("00000.xlsx", state), ("00001.xlsx", state)]
            assert len(taken) == 8_000


@pytest.fixture(scope="module")
def crowded():
    """An archive of 5 MiB whose directory has 60,000 lines, of empty folders but one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for at in range(60_000):
            archive.mkdir(f"{at}")
        archive.writestr("一.xlsx", b"x")
    return buffer.getvalue()


def mailed(data):
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.invalid", "年报"
    message.set_content("见附件。")
    message.add_attachment(data, maintype="application", subtype="zip", filename="几个.zip")
    return bytes(message)


@pytest.mark.parametrize("wrap", [bytes, mailed])
def test_an_archive_that_takes_long_is_opened_in_a_worker(tmp_path, crowded, wrap):
    (tmp_path / "a.zip").write_bytes(wrap(crowded))
    own, theirs = time.process_time(), os.times()
    assert [(item.name.rpartition("/")[2], item.data) for item in find_files([tmp_path])] == [("一.xlsx", b"x")]
    assert time.process_time() - own < os.times().children_user - theirs.children_user


def test_a_large_archive_is_inflated_in_workers_a_part_at_a_time(tmp_path):
    rng = Random(3)
    members = {f"{at}.xlsx": rng.randbytes(90_000) + bytes(8_000_000) for at in range(12)}
    with zipfile.ZipFile(tmp_path / "大.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr("~$1.xlsx", b"lock")
        archive.writestr("坏.xlsx", bytes(20_000_000))
    found = list(find_files([tmp_path]))
    assert {item.name.partition("/")[2]: item.data for item in found[:12]} == members
    assert [(item.name, item.data, item.skipped) for item in found[12:]] == [
        ("大.zip/~$1.xlsx", None, True),
        ("大.zip/坏.xlsx", None, False),
    ]
    assert "压缩比" in found[13].reason


@pytest.mark.parametrize("lost", ["_list_here", "_read_here"])
def test_an_archive_that_a_worker_is_lost_over_is_told(tmp_path, crowded, monkeypatch, lost):
    (tmp_path / "1.zip").write_bytes(crowded)
    (tmp_path / "2.zip").write_bytes(zipped(**{"二.xlsx": b"two"}))
    monkeypatch.setattr(workers.Patience, "__init__", lambda self: setattr(self, "seconds", 1.0))
    here, parent = getattr(zip_module, lost), os.getpid()
    monkeypatch.setattr(zip_module, lost, lambda *given: here(*given) if os.getpid() == parent else time.sleep(60))
    hung, taken = find_files([tmp_path])
    assert hung.data is None and "压缩包打不开" in hung.reason and "请解压后放入" in hung.reason
    assert taken.data == b"two"
