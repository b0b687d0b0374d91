"""The listener: reads NATS subjects and Redis streams for triggers, and looks after schedules."""
