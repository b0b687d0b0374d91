"""http-client against a real server on this machine, which the node has to allow first."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agentcluster import artifacts
from agentcluster.clock import monotonic
from agents.tools import CallContext, ToolError
from agents.tools.http_client.addresses import is_public
from agents.tools.http_client.run import run
from agents.tools.http_client.transport import GuardedTransport
from tests.unit.tools.web import web_server


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_CLIENT_ALLOW", "127.0.0.0/8")


async def refused(context: CallContext | None = None, **input: Any) -> ToolError:
    with pytest.raises(ToolError) as caught:
        await run(input, context or CallContext())
    return caught.value


PRIVATE = [
    *("127.0.0.1", "localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "0.0.0.0", "169.254.169.254", "100.64.0.1"),
    *("[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]"),
    *("[2002:7f00:1::]", "224.0.0.1", "[ff02::1]", "240.0.0.1", "255.255.255.255", "2130706433", "0x7f000001", "127.1"),
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_addresses_are_refused(host: str) -> None:
    error = await refused(url=f"http://{host}:9/")
    assert error.code == "address_not_allowed"
    assert error.field == "/url"


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("entry", ["127.0.0.0/8", "127.0.0.1", "10.0.0.0/8, localhost"])
async def test_what_the_node_allows_is_called(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    monkeypatch.setenv("HTTP_CLIENT_ALLOW", entry)
    async with web_server() as (port, _):
        host = "localhost" if "localhost" in entry else "127.0.0.1"
        assert (await run({"url": f"http://{host}:{port}/"}, CallContext()))["body"] == "plain"


@pytest.mark.usefixtures("allowed")
async def test_a_request_carries_everything() -> None:
    async with web_server() as (port, seen):
        output = await run(
            {
                **{"url": f"http://127.0.0.1:{port}/json?a=1", "method": "POST", "query": {"b": 2, "q": "ä b"}},
                **{"headers": {"X-Token": "t"}, "json": {"n": [1, None]}},
            },
            CallContext("call", "run/step/0"),
        )
    line, headers, body = seen.requests[0]
    assert line == "POST /json?a=1&b=2&q=%C3%A4+b HTTP/1.1"
    assert (headers["x-token"], headers["idempotency-key"]) == ("t", "run/step/0")
    assert headers["host"] == f"127.0.0.1:{port}"
    assert body == b'{"n":[1,null]}'
    assert output["status"] == 200
    assert output["body"]["body"] == '{"n":[1,null]}'
    assert output["file"] is None
    assert output["elapsed_ms"] > 0


@pytest.mark.usefixtures("allowed")
async def test_bodies_are_json_text_or_files() -> None:
    async with web_server() as (port, _):
        text = await run({"url": f"http://127.0.0.1:{port}/latin1"}, CallContext())
        image = await run({"url": f"http://127.0.0.1:{port}/image.png"}, CallContext())
    assert text["body"] == "Grüße"
    assert image["body"] is None
    ref = artifacts.ArtifactRef.from_value(image["file"])
    assert (ref.media_type, ref.name, artifacts.read_bytes(ref)) == ("image/png", "image.png", b"\x89PNG\0\1")


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("status", "code", "retryable"), [(404, "unexpected_status", False), (503, "temporary_status", True)]
)
async def test_statuses_decide_about_trying_again(status: int, code: str, retryable: bool) -> None:
    async with web_server() as (port, _):
        url = f"http://127.0.0.1:{port}/status/{status}"
        error = await refused(url=url)
        expected = await run({"url": url, "expected_status": [status]}, CallContext())
    assert (error.code, error.retryable, error.data["status"], error.data["body"]) == (code, retryable, status, "sorry")
    assert expected["status"] == status


@pytest.mark.usefixtures("allowed")
async def test_redirects_are_followed_and_each_is_checked() -> None:
    async with web_server() as (port, _):
        base = f"http://127.0.0.1:{port}"
        output = await run({"url": f"{base}/redirect?/json"}, CallContext())
        private = await refused(url=f"{base}/redirect?http://169.254.169.254/latest/meta-data/")
        local = await refused(url=f"{base}/redirect?file:///etc/passwd")
        loop = await refused(url=f"{base}/redirect?/redirect?/redirect?/json", max_redirects=1)
    assert (output["url"], output["body"]["path"]) == (f"{base}/json", "/json")
    assert private.code == "address_not_allowed"
    assert local.code == "bad_url"
    assert loop.code == "too_many_redirects"


@pytest.mark.usefixtures("allowed")
async def test_secrets_do_not_cross_to_another_host() -> None:
    async with web_server() as (first, _), web_server() as (second, seen):
        url = f"http://127.0.0.1:{first}/redirect?http://127.0.0.1:{second}/json"
        await run(
            {"url": url, "headers": {"Authorization": "Bearer s", "X-Api-Key": "s", "Accept": "a/b"}}, CallContext()
        )
    headers = seen.requests[0][1]
    assert "authorization" not in headers
    assert "x-api-key" not in headers
    assert headers["accept"] == "a/b"


@pytest.mark.usefixtures("allowed")
async def test_a_body_is_never_larger_than_allowed_packed_or_not() -> None:
    async with web_server() as (port, _):
        error = await refused(url=f"http://127.0.0.1:{port}/bomb", max_bytes=1_000_000)
    assert (error.code, error.data["max_bytes"]) == ("body_too_large", 1_000_000)


@pytest.mark.usefixtures("allowed")
async def test_silence_ends_with_the_time_out_or_the_deadline() -> None:
    async with web_server() as (port, _):
        slow = await refused(url=f"http://127.0.0.1:{port}/slow", timeout_s=0.2)
        late = await refused(CallContext(deadline=monotonic() + 0.2), url=f"http://127.0.0.1:{port}/slow")
        over = await refused(CallContext(deadline=monotonic() - 1), url=f"http://127.0.0.1:{port}/slow")
    assert (slow.code, slow.retryable) == ("http_timeout", True)
    assert slow.message == "127.0.0.1 did not answer within 0.2 s."
    assert late.code == "http_timeout"
    assert over.code == "deadline_exceeded"


@pytest.mark.usefixtures("allowed")
async def test_nobody_listening_is_worth_another_try() -> None:
    async with web_server() as (port, _):
        pass
    error = await refused(url=f"http://127.0.0.1:{port}/")
    assert (error.code, error.retryable) == ("connection_failed", True)


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({"url": "http://"}, "bad_url"),
        ({"url": "http://1.1.1.1:99999/"}, "bad_url"),
        ({"url": "http://1.1.1.1/", "headers": {"Host": "internal"}}, "bad_value"),
        ({"url": "http://1.1.1.1/", "headers": {"X": "a\r\nY: b"}}, "bad_value"),
        ({"url": "http://1.1.1.1/", "json": {}, "text": ""}, "bad_value"),
        ({"url": "http://no-such-host.invalid/"}, "host_not_found"),
    ],
)
async def test_bad_requests_are_never_sent(input: dict[str, Any], code: str) -> None:
    assert (await refused(**input)).code == code


async def test_a_name_is_resolved_once_and_that_address_is_called(
    monkeypatch: pytest.MonkeyPatch, allowed: None
) -> None:
    loop = asyncio.get_running_loop()
    real, asked = loop.getaddrinfo, []

    async def rebinding(host: Any, port: Any, **options: Any) -> Any:
        if host == "rebinding.test":
            asked.append(host)
            return await real("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port, **options)
        return await real(host, port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", rebinding)
    async with web_server() as (port, seen):
        output = await run({"url": f"http://rebinding.test:{port}/json"}, CallContext())
    assert (output["status"], asked) == (200, ["rebinding.test"])
    assert seen.requests[0][1]["host"] == f"rebinding.test:{port}"
    assert (await refused(url="http://rebinding.test/")).code == "address_not_allowed"


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = builder.add_extension(x509.BasicConstraints(True, None), critical=True).sign(key, hashes.SHA256())
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return file


async def test_tls_checks_the_name_not_the_address(
    monkeypatch: pytest.MonkeyPatch, allowed: None, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def local(host: Any, port: Any, **options: Any) -> Any:
        return await real("127.0.0.1" if str(host).endswith(".test") else host, port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", local)
    file = _certificate(tmp_path, "right.test")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    async with web_server(serving) as (port, _), httpx.AsyncClient(transport=GuardedTransport(trusting)) as client:
        assert (await client.get(f"https://right.test:{port}/")).text == "plain"
        with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
            await client.get(f"https://wrong.test:{port}/")
        error = await refused(url=f"https://right.test:{port}/")
    assert (error.code, "certificate verify failed" in error.message) == ("connection_failed", True)
