"""The gateway's part of ``/api/``."""
