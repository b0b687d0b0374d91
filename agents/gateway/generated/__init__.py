"""Written by ``python -m agents.gateway.generate`` from ``proto/``; not by hand."""
