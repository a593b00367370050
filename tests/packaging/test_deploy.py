"""What servers are told in `deploy`: options that there are, the limits of the program, and a door behind nginx."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
import tomllib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import httpx
import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker

from tests.web import doors
from xltool.campaign.links import parse_base
from xltool.cli import serve
from xltool.cluster import is_scheduler
from xltool.web import bodies, door_confirming, door_guard
from xltool.web.door_trial import LARGEST_TRIAL
from xltool.workers import WORKER_MEMORY

ROOT = Path(__file__).resolve().parents[2]
UNIT = (ROOT / "deploy" / "xltool-door@.service").read_text("utf-8")
NGINX = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
CLUSTER = (ROOT / "deploy" / "Containerfile.cluster").read_text("utf-8")
COMPOSED = (ROOT / "deploy" / "cluster.yaml").read_text("utf-8")
BASE = "https://baosong.example.invalid"


def parse_serve(words):
    """What `xltool serve` makes of its arguments; fails on an option that it does not have."""
    assert words[0] == "serve"
    with click.Context(serve.command) as context:
        options, rest, _ = serve.command.make_parser(context).parse_args(list(words[1:]))
    assert not rest
    return options


def list_commands(text):
    """Each command line of xltool that a container file shows or runs."""
    entry = re.findall(r'"([^"]*)"', re.search("^ENTRYPOINT (.*)$", text, re.M)[1])
    command = re.findall(r'"([^"]*)"', re.search("^CMD (.*)$", text, re.M)[1])
    yield [*entry[1:], *command]
    shown = re.findall(r"xltool-door (--.*)$", text, re.M)
    assert len(shown) == 2
    for words in shown:
        yield [*entry[1:], *words.split()]


def test_the_unit_starts_the_door_on_this_computer_alone():
    [line] = re.findall("^ExecStart=(.*)$", UNIT, re.M)
    [port] = re.findall("PORT=([0-9]+)", re.search("^Environment=.*$", UNIT, re.M)[0])
    options = parse_serve(shlex.split(line.replace("${PORT}", port).replace("%i", "2024"))[1:])
    assert options["agencies"] and options["host"] == "127.0.0.1" and options["root"] == "/var/lib/xltool/2024"
    assert f"proxy_pass http://127.0.0.1:{options['port']};" in NGINX


def test_the_container_starts_the_door():
    for words in list_commands(CONTAINER):
        options = parse_serve(words)
        assert options["agencies"] and options["root"] == "/campaign" and f"EXPOSE {options['port']}\n" in CONTAINER
        assert ("cert" in options) == ("key" in options)
    assert re.findall("^(?:USER|VOLUME) (.*)$", CONTAINER, re.M) == ["10001", "/campaign"]


def read_setting(name):
    [value] = re.findall(rf"^\s*{name} (.*);$", NGINX, re.M)
    return value


def test_nginx_has_the_limits_of_the_door():
    size = int(read_setting("client_max_body_size").removesuffix("m")) * 2**20
    assert LARGEST_TRIAL <= size < LARGEST_TRIAL + 2**20
    assert read_setting("client_body_timeout") == f"{bodies.SLOWEST_SECONDS}s"
    budget = door_guard.OF_ADDRESS
    assert f"rate={round(1 / budget.seconds)}r/s" in NGINX and f"burst={budget.most} " in read_setting("limit_req")
    assert int(read_setting("proxy_read_timeout").removesuffix("s")) > door_confirming._SECONDS
    assert parse_base(BASE) and f"server_name {BASE.removeprefix('https://')};" in NGINX


def test_systemd_accepts_the_unit_and_finds_it_closed(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "xltool-door@2024.service"
    unit.write_text(UNIT.replace("/opt/xltool/bin/xltool", shutil.which("true")), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "xltool" in line]
    assert (done.returncode, told) == (0, [])
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("needs systemd 250 or newer")
    assert done.returncode == 0, done.stdout[-300:]  # exposure of at most 2.0 of 10


def list_dask_commands():
    """Each command line of dask that the cluster's files and its page show or run."""
    page = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    yield from (re.findall(r'"([^"]*)"', line) for line in re.findall("^CMD (.*)$", CLUSTER, re.M))
    yield from (shlex.split(line) for line in re.findall(r"xltool-cluster (dask .*)$", CLUSTER, re.M))
    yield from (shlex.split(line) for line in re.findall("^dask .*$", page, re.M))
    yield from (service["command"].split() for service in yaml.safe_load(COMPOSED)["services"].values())


def test_the_cluster_is_started_by_commands_of_dask():
    found = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    addresses = []
    for words in list_dask_commands():
        assert words[0] == "dask"
        command = found[words[1]]
        with click.Context(command) as context:
            options, _, _ = command.make_parser(context).parse_args(words[2:])
        if words[1] == "worker":
            addresses.append(options["scheduler"])
    assert len(addresses) == 4 and all(is_scheduler(address) for address in addresses)


def test_scheduler_and_workers_are_one_image_that_may_do_little():
    services = yaml.safe_load(COMPOSED)["services"]
    assert {service["image"] for service in services.values()} == {"xltool-cluster"}
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in services.values())
    assert services["scheduler"]["ports"] == ["127.0.0.1:8786:8786"]  # whoever reaches it runs programs
    assert services["worker"]["volumes"][0].endswith(":/files:ro")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for named in re.findall(r"\[([a-z,]+)\]", CLUSTER):
        assert set(named.split(",")) <= extras.keys() and "cluster" in named
    assert int(services["worker"]["mem_limit"].removesuffix("g")) * 2**30 >= 2 * WORKER_MEMORY


def find_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def move_to(place, ports):
    """Our example as the whole settings of an nginx of an ordinary user, with everything in one folder."""
    ours = re.sub(r"\n    listen \[::\].*", "", NGINX)
    ours = re.sub(r"listen ([0-9]+)", lambda match: f"listen 127.0.0.1:{ports[match[1]]}", ours)
    ours = ours.replace(":8765;", f":{ports['8765']};")
    for folder in ("/etc/nginx/", "/var/log/nginx/"):
        ours = ours.replace(folder, f"{place}/")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {place}/{kind};\n" for kind in kinds)
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""  # or it would become nobody, who sees nothing here
    return f"{user} daemon off; pid {place}/pid; events {{}} http {{ {temporary} access_log off;\n{ours} }}"


@contextmanager
def before_door(tmp_path, port):
    """nginx with our example before a door on a port, and the port on which it speaks TLS."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("needs nginx and openssl")
    place, secure = tmp_path / "nginx", find_port()
    place.mkdir()
    crt, key = place / "baosong.crt", place / "baosong.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=baosong"]
    subprocess.run([*command, "-keyout", key, "-out", crt], check=True, capture_output=True)
    conf = place / "nginx.conf"
    conf.write_text(move_to(place, {"80": find_port(), "443": secure, "8765": port}), "utf-8")
    command = [nginx, "-p", str(place), "-e", str(place / "own.log"), "-c", str(conf)]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    running = subprocess.Popen(command)
    try:
        for _ in range(100):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", secure)) == 0:
                    break
            time.sleep(0.05)
        yield secure
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return doors.make_campaign(tmp_path_factory.mktemp("built"))


def test_an_agency_hands_in_through_nginx_and_no_log_has_its_link(built, tmp_path, capfd):
    shutil.copytree(built.root, tmp_path / "额敏县")
    campaign = replace(built, root=tmp_path / "额敏县")
    with doors.open_for(campaign) as opened:
        with doors.stores.opened(campaign) as store:
            store.place_links(BASE, "2025-01-01T08:00:00", "王某")
        with before_door(tmp_path, opened.server.listening.getsockname()[1]) as port:
            client = httpx.Client(
                base_url=f"https://127.0.0.1:{port}", verify=False, trust_env=False, timeout=60,
                headers={"Host": BASE.removeprefix("https://"), "X-Forwarded-For": "203.0.113.9", "Origin": BASE},
            )  # fmt: skip
            with client:
                agency = opened.agency(doors.EDUCATION, client)
                answer = agency.try_out(doors.fill_blank(opened.blank(doors.EDUCATION)), follow=False)
                assert answer.status_code == 303, answer.text
                assert agency.confirm(follow=False).status_code == 303
                assert "已报送" in client.get(f"{agency.link}/").text
                assert "max-age" in client.get(f"{agency.link}/").headers["strict-transport-security"]
                large = agency.try_out(b"x" * (12 * 2**20), token="x", follow=False)
                assert large.status_code == 413
                assert client.get(agency.link[:-4] + "0000/").status_code == 404
                other = client.get(f"{agency.link}/", headers={"Host": "evil.example.invalid"})
                assert other.status_code in {403, 421}
        link = agency.link
    with doors.stores.opened(campaign) as store:
        events = [detail for _, detail in store.list_events("door", doors.EDUCATION, 10)]
    assert all("203.0.113.9" not in event for event in events) and any("127.0.0.1" in event for event in events)
    logs = [path.read_text("utf-8") for path in (tmp_path / "nginx").glob("*.log")]
    assert any(" POST 303 " in log for log in logs) and not any(link.rpartition("/")[2] in log for log in logs)
    assert link.rpartition("/")[2] not in capfd.readouterr().err
