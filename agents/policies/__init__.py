"""The policy centre."""
