import socket

import pytest

from agentcluster.up import ports
from agentcluster.up.embedded import LOOPBACK
from agentcluster.up.errors import BadSettingError, PortInUseError


def test_a_port_in_use_is_named_with_another_to_try() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"Port {port} is in use.*PORT=\d+ make up"):
            ports.require_free(LOOPBACK, port)
        assert ports.same_or_free(port) != port


def test_a_free_port_is_taken_again() -> None:
    port = ports.same_or_free(None)
    ports.require_free(LOOPBACK, port)
    assert ports.same_or_free(port) == port


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(BadSettingError, match=r"HOST=127\.0\.0\.1"):
        ports.require_free("192.0.2.1", 8000)
