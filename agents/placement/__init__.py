"""How many instances are wanted of which agent version, and where."""
