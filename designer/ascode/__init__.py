"""Workflows as code: documents in YAML or JSON, read with the place of every value, written so that people can read them."""
