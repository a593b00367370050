"""Files by path and by address: `memory://` stands for the stores of objects."""

import sys

import fsspec
import pytest
from click.testing import CliRunner

from xltool import sources
from xltool.cli import main
from xltool.files import LARGEST_FILE
from xltool.messages import XltoolError
from xltool.model import Finding


@pytest.fixture
def store():
    made = fsspec.filesystem("memory")
    made.store.clear()
    made.pseudo_dirs[:] = [""]
    yield made
    made.store.clear()


def test_a_path_is_no_address():
    for name in ("a.xlsx", "/mnt/a.xlsx", "C:\\报表\\a.xlsx", "\\\\server\\a.xlsx", "a:b"):
        assert not sources.is_address(name) and sources.list_sources(name) == [name]
    assert sources.is_address("s3://bucket/a.xlsx")


def test_bytes_and_refusals_are_those_of_a_path(store, tmp_path):
    store.pipe_file("/in/a.json", b"{}")
    store.pipe_file("/in/large.json", b" " * (LARGEST_FILE + 1))
    (tmp_path / "large.json").write_bytes(b" " * (LARGEST_FILE + 1))
    assert sources.open_source("memory://in/a.json") == b"{}"
    missing = sources.open_source("memory://in/none.json")
    assert missing == sources.open_source(str(tmp_path / "none.json")) and missing.code == "file.missing"
    assert sources.open_source("memory://in/large.json") == sources.open_source(str(tmp_path / "large.json"))


def test_signs_name_all_that_fit_them(store, tmp_path):
    for name in ("b.json", "a.json", "c.xlsx", "deep/d.json"):
        store.pipe_file(f"/in/{name}", b"{}")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"{}")
    assert sources.list_sources("memory://in/*.json") == ["memory:///in/a.json", "memory:///in/b.json"]
    assert len(sources.list_sources("memory://in/**")) == 4
    found = sources.list_sources(f"file://{tmp_path.as_posix()}/*.json")
    assert [name.rpartition("/")[2] for name in found] == ["a.json", "b.json"]
    assert [sources.open_source(name) for name in found] == [b"{}", b"{}"]
    with pytest.raises(XltoolError, match="没有符合的文件"):
        sources.list_sources("memory://in/*.csv")


def test_a_store_that_fails_costs_its_file_alone(store, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no credentials")

    monkeypatch.setattr(type(store), "open", fail)
    found = sources.open_source("memory://in/a.json")
    assert isinstance(found, Finding) and found.data["why"] == "RuntimeError：no credentials"
    monkeypatch.setattr(type(store), "glob", fail)
    with pytest.raises(XltoolError, match="列不出文件（RuntimeError：no credentials）"):
        sources.list_sources("memory://in/*")


def test_what_is_not_installed_is_told(monkeypatch):
    with pytest.raises(XltoolError, match="没有这种地址"):
        sources.open_source("nothing://a")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(XltoolError, match=r'fsspec 打开，这里没有安装：运行 pip install "xltool\[cluster\]"'):
        sources.open_source("s3://bucket/a.xlsx")


def test_check_reads_addresses(store, monkeypatch):
    store.pipe_file("/in/a.json", b"{}")
    store.pipe_file("/in/b.txt", b"nothing")
    done = CliRunner().invoke(main, ["check", "--json", "memory://in/*"], catch_exceptions=False)
    assert done.exit_code == 5
    assert [line.split('"')[7] for line in done.stdout.splitlines()] == ["memory:///in/a.json", "memory:///in/b.txt"]
    done = CliRunner().invoke(main, ["check", "memory://in/none.json"], catch_exceptions=False)
    assert done.exit_code == 1 and "没有这个文件" in done.stdout
