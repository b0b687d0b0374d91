"""Bundles of agents: uploaded, checked, approved, fetched by nodes."""
