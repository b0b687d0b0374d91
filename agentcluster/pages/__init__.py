"""The pages Django renders itself: logging in, errors, and the shell the front end is mounted in."""
