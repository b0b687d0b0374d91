"""Writes to contracts, one operation a file: permission, change, audit entry."""
