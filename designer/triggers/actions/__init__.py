"""Writes to triggers, one operation a file: permission, change, audit entry."""
