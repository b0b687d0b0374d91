"""What a client may send to the web process, before anybody has asked who it is."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from agentcluster.up import embedded

MB = 1024 * 1024
PROJECT = Path(__file__).resolve().parents[3]
FORM = {"Content-Type": "multipart/form-data; boundary=B"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The web process with an application that echoes; files may have 1 MB, other bodies 10."""
    port = embedded.free_port()
    script = f"""
from agentcluster.web.__main__ import serve
serve(["-b", "127.0.0.1", "-p", "{port}"], "tests.integration.web.echo:application")
"""
    environment = {**os.environ, "AGENTCLUSTER_HOME": str(tmp_path_factory.mktemp("home")), "UPLOAD_MAX_MB": "1"}
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, env=environment) as process:
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        deadline = time.monotonic() + 30
        while True:
            try:
                client.get("/")
                break
            except httpx.ConnectError:
                assert time.monotonic() < deadline, "the web process did not start"
                time.sleep(0.1)
        yield client, process
        client.close()
        process.terminate()


def pieces(count):
    for _ in range(count):
        yield b"x" * 65536


def test_a_body_of_allowed_size_arrives_whole(server):
    client, _ = server
    assert client.post("/", content=b"x" * 10 * MB).json()["size"] == 10 * MB


@pytest.mark.parametrize("headers", [{}, FORM])
def test_a_body_beyond_the_limit_is_answered_with_413(server, headers):
    client, _ = server
    answer = client.post("/", content=b"x" * 12 * MB, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "too_large"
    assert client.get("/").status_code == 200


def test_a_body_without_announced_length_is_bounded_too(server):
    client, _ = server
    assert client.post("/", content=pieces(200)).status_code == 413


def test_who_sends_without_end_is_cut_off_and_costs_no_memory(server):
    client, process = server
    before = psutil.Process(process.pid).memory_info().rss
    with pytest.raises(httpx.TransportError):
        client.post("/", content=pieces(100_000))
    assert psutil.Process(process.pid).memory_info().rss - before < 50 * MB
    assert client.get("/").status_code == 200


def test_a_body_in_chunks_is_read_as_any_other(server):
    client, _ = server
    seen = client.post("/", content=pieces(2)).json()
    assert seen["size"] == 131072
    assert seen["headers"]["content-length"] == "131072"
    assert "transfer-encoding" not in seen["headers"]


def test_a_form_that_is_none_reaches_the_application(server):
    client, _ = server
    assert client.post("/", content=b"x", headers={"Content-Type": "multipart/form-data"}).json()["size"] == 1


def test_a_client_cannot_say_where_the_application_is_mounted(server):
    client, _ = server
    assert client.get("/", headers={"Daphne-Root-Path": "/evil"}).json()["root_path"] == ""
    assert client.get("/", headers={"Daphne-Root-Path": "é".encode()}).status_code == 200


@pytest.mark.parametrize("address", ["/admin/auth/user/?q=%00", "/api/v1/agents/%00"])
def test_an_address_with_a_null_character_is_refused(server, address):
    client, _ = server
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_connection_goes_on_after_it_was_turned_away(server):
    """Unread and read refusals, pipelined and in pieces: each request gets its own answer, in order."""
    client, _ = server
    address = (client.base_url.host, client.base_url.port)
    full = b"POST /full HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    fine = full.replace(b"/full", b"/fine")
    with socket.create_connection(address, timeout=20) as connection, connection.makefile("rb") as answers:
        for sent, statuses in (
            ([full], [429]),
            ([fine], [200]),
            ([full, full], [429, 429]),
            ([fine + full], [200, 429]),
            ([full[:30], full[30:]], [200]),
            ([full], [429]),
        ):
            for part in sent:
                connection.sendall(part)
                time.sleep(0.05)
            assert [_status(answers) for _ in statuses] == statuses
        connection.sendall(fine.replace(b"Host: x", b"Host: x\r\nConnection: close"))
        assert _status(answers) == 200
        assert answers.read() == b""


def _status(answers):
    status = int(answers.readline().split()[1])
    headers = dict(line.strip().lower().split(b": ", 1) for line in iter(answers.readline, b"\r\n"))
    if b"transfer-encoding" in headers:
        while size := int(answers.readline(), 16):
            answers.read(size + 2)
        answers.readline()
    else:
        answers.read(int(headers[b"content-length"]))
    return status
