"""The node's worker processes, for agents that need the CPU: one that crashes harms nobody else."""
