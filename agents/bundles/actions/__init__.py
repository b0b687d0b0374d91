"""One write each: permission, change, history, audit entry."""
