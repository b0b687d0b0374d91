"""With HTTPS=1 Django's deployment checks have nothing to say, and cookies never travel in the clear."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import RequestFactory, override_settings

from agentcluster.security.client_address import client_address, counted


def django(home, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "AGENTCLUSTER_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_checks_are_clean_with_https(tmp_path):
    done = django(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", HTTPS="1", ALLOWED_HOSTS="agents.example.com",
        CSRF_TRUSTED_ORIGINS="https://agents.example.com",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


PROBE = """
from django.test import Client
http = Client(HTTP_HOST="localhost").get("/login/")
https = Client(HTTP_HOST="localhost", HTTP_X_FORWARDED_PROTO="https").get("/login/")
print(http.status_code, http["Location"], https["Strict-Transport-Security"], https.cookies["csrftoken"]["secure"])
"""


def test_https_is_forced_and_cookies_are_secure(tmp_path):
    done = django(tmp_path, "shell", "-v0", "-c", PROBE, HTTPS="1")
    assert done.stdout.split() == ["301", "https://localhost/login/", "max-age=31536000;", "includeSubDomains;",
                                   "preload", "True"], done.stderr  # fmt: skip


def test_the_secret_key_is_made_once_and_is_private(tmp_path):
    for _ in range(2):
        assert django(tmp_path, "check").returncode == 0
    key = tmp_path / "secret_key"
    assert len(key.read_text()) > 60
    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("name", "value"), [("UPLOAD_MAX_MB", "lots"), ("UPLOAD_MAX_MB", "0"), ("PROXY_COUNT", "-1")])
def test_a_setting_that_is_no_number_is_named(tmp_path, name, value):
    done = django(tmp_path, "check", **{name: value})
    assert done.returncode != 0
    assert f"{name} must be a whole number" in done.stderr


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 10.0.0.2", "7.7.7.7"),
        (2, "7.7.7.7", "7.7.7.7"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_addresses_written_by_our_proxies_are_believed(count, forwarded, address):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    with override_settings(PROXY_COUNT=count):
        assert client_address(request) == address


@pytest.mark.parametrize(
    ("address", "as_"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:5000", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("[2001:db8:1:2::1]:5000", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("unknown", "unknown"),
        ("", ""),
        ("2001:db8::1::2", "2001:db8::1::2"),
    ],
)
def test_who_has_an_ipv6_address_has_64_bits_of_them(address, as_):
    assert counted(address) == as_


def test_weak_passwords_are_refused():
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    for weak in ("short", "password1234", "123456789012"):
        with pytest.raises(ValidationError):
            validate_password(weak)
