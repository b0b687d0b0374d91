"""The registry of message contracts."""
