"""The same ten steps as other durable engines do them, each in the environment that ``make bench-rivals`` builds."""
