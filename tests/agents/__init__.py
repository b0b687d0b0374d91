"""Agents that exist only to test the node with."""
