"""Contracts over REST, as the page and the command line use them."""
