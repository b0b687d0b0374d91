"""``python -m agentcluster.cli``."""

from agentcluster.cli.main import main

main()
