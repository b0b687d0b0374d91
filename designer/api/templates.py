"""Templates: workflows to start from, with a sample that is ready to run."""
