"""Files read by a dask cluster: processes on this computer, of which some are killed, over files that kill.

The workers have a folder on their path, `poisoned`, in which some files cost whoever reads them; the same folder makes
the run on this computer alone meet them too, and both must print the same bytes.
"""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.campaign.county import complete, document, random_inputs
from xltool import api, batches, cluster
from xltool.batches import BatchAnswer, BatchFile
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.plain import NotPlainError, load_readings
from xltool.readings import FileSource

ROOT = Path(__file__).resolve().parent.parent
PATHS = os.pathsep.join([str(ROOT / "tests" / "poisoned"), str(ROOT)])
XLTOOL = "from xltool.cli import main; main()"
SETTINGS = {
    "PYTHONPATH": PATHS,
    "PYTHONUTF8": "1",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "OMP_NUM_THREADS": "1",
}
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals here")


def run(*words, code=XLTOOL, **settings):
    """A program in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, words)]
    environment = {**os.environ, **SETTINGS, **settings}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=240, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def find_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def start(*words, **settings):
    """A program of dask, with all processes that it starts, until the end of the block."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *map(str, words[1:]), "--no-dashboard"]
    environment = {**os.environ, **SETTINGS, **settings}
    process = subprocess.Popen(command, env=environment, start_new_session=True, **SILENT)
    try:
        yield process
    finally:
        kill_all(process)


def kill_all(process):
    """Kills a process with all that it has started, at once, as a machine that is switched off does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


@contextmanager
def start_scheduler():
    port = find_port()
    with start("scheduler", "--host", "127.0.0.1", "--port", port) as process:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"tcp://127.0.0.1:{port}", process


def start_worker(address, folder, *words):
    words = ("--nthreads", "1", "--local-directory", folder, "--death-timeout", "60", *words)
    return start("worker", address, *words, XLTOOL_ELSEWHERE="1")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with two workers."""
    if sys.platform == "win32":
        pytest.skip("processes are killed by signals here")
    place = tmp_path_factory.mktemp("dask")
    with start_scheduler() as (address, _), start_worker(address, place), start_worker(address, place):
        yield address


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """What came back: right and wrong documents, workbooks, and what is none."""
    place, rng = tmp_path_factory.mktemp("returned"), random.Random(18)
    for at in range(12):
        values = complete(random_inputs(rng))
        if at % 3 == 1:
            values["applications.received.enterprise"] += 1
        told = document(f"654221-{at:03}", f"第{at}局", "department", 2024, values)
        (place / f"{at:02}.json").write_text(json.dumps(told), "utf-8")
    sample = (ROOT / "samples" / "2024" / "654221-015.json").read_bytes()
    filled = api.fill(api.read(sample).submission)
    (place / "20.xlsx").write_bytes(filled)
    (place / "21_broken.xlsx").write_bytes(filled[:3000])
    (place / "22_other.xlsx").write_bytes(b"nothing")
    return place


def poison(folder, words="crash", name=None):
    path = folder / (name or f"{words}.json")
    path.write_bytes(b"{%s}" % words.encode())
    return path


def test_a_cluster_prints_what_this_computer_prints(scheduler, returned, tmp_path):
    """Right, wrong and broken files, one that crashes who reads it, and one that never ends: byte for byte."""
    good = sorted(returned.iterdir())
    files = [*good[:5], poison(tmp_path, "crash"), *good[5:9], poison(tmp_path, "spin"), *good[9:]]
    files += [tmp_path / "none.json", tmp_path]
    here, there = (run("check", "--json", *more, *files) for more in ([], ["--scheduler", scheduler]))
    assert there.stdout == here.stdout and there.returncode == here.returncode == 1
    assert there.stdout.count(b"\n") == len(files)
    assert "读取程序两次因它中断（SIGKILL）" in there.stdout.decode()
    assert "读了 10 秒还没有读完" in there.stdout.decode()


def test_documents_are_written_once_and_are_the_same(scheduler, returned, tmp_path):
    files = sorted(returned.iterdir())
    here = run("read", *files, "-o", tmp_path / "here")
    there = run("read", *files, "-o", tmp_path / "there", "--scheduler", scheduler)
    assert (here.returncode, there.returncode) == (5, 5)
    made = {path.name: path.read_bytes() for path in (tmp_path / "there").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()} and len(made) == 13
    one = run("read", files[0], "--scheduler", scheduler)
    assert one.returncode == 0 and one.stdout == made[f"{files[0].name}.json"]


READ = """
import sys
from xltool.cluster import open_cluster
from xltool.readings import LocalEngine, FileSource
from xltool.plain import dump_readings
address, size, *names = sys.argv[1:]
def tell(found):
    for reading in found:
        sys.stdout.buffer.write(dump_readings([reading]) + b"\\n")
        sys.stdout.flush()
if __name__ == "__main__":
    files = [FileSource(name) for name in names]
    if address == "here":
        tell(LocalEngine(2).map_files(files))
    else:
        with open_cluster(address, batch_files=int(size)) as cluster:
            tell(cluster.map_files(files))
"""


def test_a_worker_that_is_lost_costs_nothing(scheduler, returned, tmp_path):
    """A third worker is killed with all its processes while it reads; others read again what it had."""
    naps = [poison(tmp_path, "nap", f"{at}.json") for at in range(12)]
    files = [path for pair in zip(naps, sorted(returned.iterdir()), strict=False) for path in pair]
    here = run("here", 0, *files, code=READ)
    with start_worker(scheduler, tmp_path) as third:
        wait_for_workers(scheduler, 3)
        command = [sys.executable, "-c", READ, scheduler, "3", *map(str, files)]
        environment = {**os.environ, **SETTINGS}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading:
            first = reading.stdout.readline()  # all three have begun
            kill_all(third)
            rest, told = reading.stdout.read(), reading.stderr.read()  # what is buffered with the first line too
    assert first + rest == here.stdout, told.decode()
    assert here.stdout.count(b"\n") == len(files)


def wait_for_workers(address, count):
    code = (
        "import sys, distributed; client = distributed.Client(sys.argv[1]);"
        "client.wait_for_workers(int(sys.argv[2]), timeout=60); client.close()"
    )
    assert run(address, count, code=code).returncode == 0


def test_a_file_that_costs_its_worker_costs_itself_alone(scheduler, returned, tmp_path):
    """Not the process that reads it, but the worker with all: again and again, and alone."""
    good = sorted(returned.iterdir())[:8]
    files = [*good[:4], poison(tmp_path, "x", "kills.json"), *good[4:]]
    done = run(scheduler, 3, *files, code=READ)
    assert done.returncode == 0, done.stderr.decode()
    found = [each for line in done.stdout.splitlines() for each in load_readings(line)]
    [told] = found.pop(4).findings
    assert (told.code, told.data) == ("file.worker", {"why": "集群的工作进程几次因它中断"})
    here = run("here", 0, *good, code=READ)
    assert found == [each for line in here.stdout.splitlines() for each in load_readings(line)]


def test_workers_with_other_forms_are_refused(scheduler, returned, tmp_path):
    shutil.copy(ROOT / "workbook_templates" / "ogi_2021.toml", tmp_path / "ours_2021.toml")
    files = sorted(returned.iterdir())
    done = run("check", "--scheduler", scheduler, *files, XLTOOL_FORMS=str(tmp_path))
    assert done.returncode == 1 and done.stdout == b""
    assert "工作进程的 xltool 与这里的不同，结果可能不同，所以没有读。报表定义：这里 " in done.stderr.decode()


def test_files_that_workers_do_not_see_are_told(scheduler, tmp_path):
    unseen = poison(tmp_path, "x", "unseen.json")
    done = run("check", "--scheduler", scheduler, unseen)
    assert done.returncode == 1 and f"工作进程看不到 {unseen}，" in done.stderr.decode()


def test_a_collection_is_the_same(scheduler, returned, tmp_path):
    """What is taken in, told, archived and sent back, also out of an archive that no worker could open."""
    roster = tmp_path / "roster.csv"
    lines = [f"654221-{at:03},第{at}局,部门" for at in range(12)]
    roster.write_text("\n".join(["单位代码,单位名称,级别", *lines, ""]), "utf-8")
    new = ("--form", "ogi-2021", "--year", "2024", "--name", "甲县", "--roster", roster)
    assert run("new", "--plain", tmp_path / "here" / "甲县", *new).returncode == 0
    (tmp_path / "here" / "甲县" / "campaign.key").write_bytes(bytes(range(32)))
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    files = sorted(returned.glob("*.json"))[:6]
    packed = shutil.make_archive(str(tmp_path / "rest"), "zip", returned)
    told = []
    for name, more in (("here", []), ("there", ["--scheduler", scheduler])):
        where = tmp_path / name / "甲县"
        done = run("collect", "-C", where, *more, *files, packed)
        stated = run("status", "-C", where, "--json")
        kept = {path.relative_to(where): path.read_bytes() for path in (where / "archive").rglob("*") if path.is_file()}
        lines = sorted(
            done.stdout.replace(bytes(where), b"").splitlines()
        )  # when what came before is told depends on what is being read
        told.append((done.returncode, lines, stated.stdout, kept))
        assert done.returncode == 5 and "通过　" in done.stdout.decode()
    assert told[0] == told[1]


@needs_signals
def test_a_scheduler_without_workers_and_one_that_goes_away(returned):
    code = (
        "import sys; from xltool import cluster; cluster.open_cluster.__wrapped__.__kwdefaults__"
        "['workerless_seconds'] = float(sys.argv.pop(1)); ask = cluster._Job.submit\n"
        f"cluster._Job.submit = lambda *given: (ask(*given), print('asked', flush=True))[0]\n{XLTOOL}"
    )
    files = sorted(returned.iterdir())
    with start_scheduler() as (address, process):
        done = run("1", "check", "--scheduler", address, *files, code=code)
        assert done.returncode == 1 and "已经 1 秒没有工作进程" in done.stderr.decode()
        command = [sys.executable, "-c", code, "60", "check", "--scheduler", address, *map(str, files)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, env={**os.environ, **SETTINGS}, **pipes) as waiting:
            assert waiting.stdout.readline() == b"asked\n"
            kill_all(process)
            told = waiting.communicate(timeout=60)[1].decode()
    assert waiting.returncode == 1 and f"与 dask 的调度器 {address} 断了" in told, told


def test_a_scheduler_that_is_not_there():
    code = f"from xltool import cluster; cluster.CONNECT_SECONDS = 1; {XLTOOL}"
    address = f"tcp://127.0.0.1:{find_port()}"
    done = run("check", "--scheduler", address, "a.json", code=code)
    assert done.returncode == 1 and f"连不上 dask 的调度器 {address}（1 秒没有应答）" in done.stderr.decode()


def test_what_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = CliRunner().invoke(main, ["check", "--scheduler", "tcp://127.0.0.1:8786", "a.json"])
    assert done.exit_code == 1
    assert '这里没有安装：运行 pip install "xltool[cluster]"。' in done.stderr


@pytest.mark.parametrize("address", ["10.0.0.1:8786", "tcp://10.0.0.1", "http://a:80", "tcp://a b:1", "tcp://:1", "x"])
def test_other_addresses_are_refused(address):
    done = CliRunner().invoke(main, ["check", "--scheduler", address, "a.json"])
    assert done.exit_code == 2 and "不是调度器的地址" in done.stderr


def test_addresses_of_schedulers():
    for address in ("tcp://10.0.0.1:8786", "tls://scheduler:8786", "tcp://[::1]:8786"):
        assert cluster.is_scheduler(address)


@pytest.mark.parametrize("more", [["--figures", "out"], ["--agency", "甲局"], ["--year", "2024"]])
def test_what_is_read_here_alone_is_refused(more):
    done = CliRunner().invoke(main, ["check", "--scheduler", "tcp://127.0.0.1:8786", *more, "a.json"])
    assert done.exit_code == 2 and "不能与 --scheduler 一起用" in done.stderr


def test_batches_have_so_many_files_and_so_many_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    by_name = [FileSource(str(tmp_path / "a"))] * 7
    cut = [batch.files for batch in cluster._cut_batches(by_name, 3)]
    assert [len(files) for files in cut] == [3, 3, 1]
    assert cut[0][0] == BatchFile(by_name[0].name, by_name[0].name, 5)
    held = [FileSource("a", bytes(cluster.BATCH_BYTES // 2))] * 5
    assert [len(batch.files) for batch in cluster._cut_batches(held, 100)] == [2, 2, 1]
    assert [batch.files for batch in cluster._cut_batches([FileSource("s3://b/a")], 3)] == [
        [BatchFile("s3://b/a", "s3://b/a")]
    ]
    [[absent]] = [batch.files for batch in cluster._cut_batches([FileSource(str(tmp_path / "b"))], 3)]
    assert absent.data.code == "file.missing" and not absent.place


def test_answers_are_packed_and_other_bytes_are_none():
    for answer in (
        BatchAnswer(b"[]\n[1]\n"),
        BatchAnswer(unseen="/mnt/甲"),
        BatchAnswer(differs={"xltool": ("1", "2")}),
    ):
        assert batches.unpack_answer(batches.pack_answer(answer)) == answer
    for other in (
        b"",
        b"[]",
        b"{}",
        b'{"unseen": "", "differs": []}',
        b'{"unseen": "", "differs": {"a": [1]}}',
        None,
        3,
    ):
        with pytest.raises(NotPlainError):
            batches.unpack_answer(other)


@pytest.mark.parametrize(
    "data, told",
    [
        (b"nothing", "交回的不是读数的结果"),
        (batches.pack_answer(BatchAnswer(b"[1]\n")), "交回的不是读数的结果"),
        (batches.pack_answer(BatchAnswer(b"[]\n")), "交回 0 个文件的结果，应有 1 个"),
    ],
)
def test_an_answer_that_is_none_is_told(data, told):
    job = cluster._Job(cluster.Cluster(None, "tcp://a:1"), (), scans=False)
    with pytest.raises(XltoolError, match=told):
        job._open([BatchFile("a")], data)


def test_machines_that_fail_are_not_blamed_on_files():
    made = cluster.Cluster(None, "tcp://a:1")
    for blamed in (True, True, False, True, True):
        made.note_blame(blamed=blamed)
    with pytest.raises(XltoolError, match="一再中断"):
        made.note_blame(blamed=True)


def test_nothing_of_dask_is_loaded_for_this_computer(returned):
    code = (
        "import sys\nfrom xltool.cli import main\ntry:\n    main(sys.argv[1:])\nfinally:\n"
        "    print(*sys.modules, file=sys.stderr)"
    )
    done = run("check", sorted(returned.iterdir())[0], code=code)
    loaded = {name.split(".")[0] for name in done.stderr.decode().splitlines()[-1].split()}
    assert "xltool" in loaded and not loaded & {"dask", "distributed", "fsspec", "tornado"}
    assert "xltool.cluster" not in done.stderr.decode()
