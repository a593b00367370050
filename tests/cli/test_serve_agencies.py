"""`xltool serve --agencies` as a process: what it prints, what it serves, how it ends, what it says when it cannot."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import ssl
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.web.doors import EDUCATION, Agency, fill_blank, make_campaign, tell
from xltool import itself

LINE = re.compile(r"报送入口：(https?://127\.0\.0\.1:[0-9]+/)\n")
ENVIRONMENT = {**os.environ, "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    return make_campaign(tmp_path_factory.mktemp("door"))


def run(*arguments):
    told = {"capture_output": True, "encoding": "utf-8", "env": ENVIRONMENT, "timeout": 60}
    return subprocess.run([*itself.find_program(), *map(str, arguments)], check=False, **told)


@contextmanager
def served(campaign, *arguments):
    """The process and the address that it printed; ended here when the test has not."""
    command = [*itself.find_program(), "serve", "--agencies", "-C", str(campaign.root), *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=ENVIRONMENT
    )
    try:
        yield process, LINE.fullmatch(process.stdout.readline())[1]
    finally:
        process.kill()
        process.communicate(timeout=30)


def list_links(campaign, base):
    listed = run("links", "-C", campaign.root, "--base", base).stdout
    return {row["code"]: row["link"] for row in csv.DictReader(io.StringIO(listed))}


def test_an_agency_hands_in_by_its_link_and_the_server_ends_with_ctrl_c(campaign):
    with served(campaign, "--host", "127.0.0.1", "--port", "0") as (process, address):
        link = list_links(campaign, address)[EDUCATION]
        assert link.startswith(address)
        with httpx.Client(trust_env=False, timeout=60) as client:
            assert client.get(address).status_code == 404
            agency = Agency(client, link)
            blank = agency.get("workbook").content
            assert "可以报送" in tell(agency.try_out(fill_blank(blank)))
            form = agency.find_form("确认报送")
            fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
            answer = client.post(httpx.URL(address).join(form.get("action")), data=fields, follow_redirects=True)
            assert "已报送，审核通过" in tell(answer)
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")
    assert link not in said and "Traceback" not in said


def write_certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(1))
        .not_valid_after(datetime.now(UTC) + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "证书.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "私钥.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "证书.pem", folder / "私钥.pem"


def test_with_a_certificate_it_speaks_https(campaign, tmp_path):
    certificate, key = write_certificate(tmp_path)
    with served(campaign, "--cert", certificate, "--key", key) as (_, printed):
        assert printed.startswith("https://")
        address = printed.replace("127.0.0.1", "localhost")
        link = list_links(campaign, address)[EDUCATION]
        trusted = ssl.create_default_context(cafile=certificate)
        with httpx.Client(trust_env=False, timeout=60, verify=trusted) as client:
            assert Agency(client, link).page().xpath("string(//h1)") == "额敏县教育和科学技术局"
            token = Agency(client, link).token()
            answer = client.post(
                f"{link}/hand-in", data={"token": token, "trial": "x"}, headers={"Origin": address.rstrip("/")}
            )
            assert answer.status_code == 409


def test_what_it_cannot_do_is_told(campaign, tmp_path):
    (tmp_path / "a.pem").write_text("no certificate", "ascii")
    pem = ("--cert", tmp_path / "a.pem", "--key", tmp_path / "a.pem")
    for arguments, code, told in (
        ((*pem[:2],), 2, "--cert 和 --key 要一起写"),
        (pem, 1, "不是一对 PEM 文件"),
        (("--cert", tmp_path / "none.pem", "--key", tmp_path / "a.pem"), 1, "没有这个文件"),
        (("--host", "no.such.host.invalid"), 1, "--host 写本机的地址"),
        (("--host", "192.0.2.77"), 1, "用不了"),
    ):
        done = run("serve", "--agencies", "-C", campaign.root, *arguments)
        assert (done.returncode, done.stdout) == (code, "") and told in done.stderr, done.stderr
    done = run("serve", "--agencies", "-C", tmp_path)
    assert done.returncode == 1 and "不在填报任务的文件夹里" in done.stderr
