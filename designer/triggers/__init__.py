"""What starts runs without a person: webhooks, schedules, NATS subjects and Redis streams (features C8)."""
