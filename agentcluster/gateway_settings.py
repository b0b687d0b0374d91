"""Settings of the gateways (docs/gateways.md)."""

import os

from agentcluster.environment import count, seconds

GATEWAY_GRPC_PORT = count("GATEWAY_GRPC_PORT", "50051", 0)
GATEWAY_WS_PORT = count("GATEWAY_WS_PORT", "8090", 0)
GATEWAY_MAX_CONNECTIONS = count("GATEWAY_MAX_CONNECTIONS", "1000", 1)
GATEWAY_PROXY_COUNT = count("GATEWAY_PROXY_COUNT", "0", 0)
"""How many reverse proxies stand before the gateway: so many addresses of X-Forwarded-For are believed."""
GATEWAY_RESUME_S = seconds("GATEWAY_RESUME_S", "5")
GATEWAY_TLS_CERT = os.environ.get("GATEWAY_TLS_CERT", "")
GATEWAY_TLS_KEY = os.environ.get("GATEWAY_TLS_KEY", "")
