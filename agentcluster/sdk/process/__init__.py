"""The process an instance runs in, and what it and its node say to each other."""
