"""Where workflows meet message contracts: what they emit, and what triggers take."""
