"""What is done to gateway grants, one action a file."""
