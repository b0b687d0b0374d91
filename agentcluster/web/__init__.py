"""The web process: Daphne, with bounds on what a client may send."""
