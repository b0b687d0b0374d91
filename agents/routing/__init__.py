"""Which instance gets a call: task streams, load, breakers, dead letters."""
