"""One write each: permission, change, history, audit entry, and the push to the nodes."""
