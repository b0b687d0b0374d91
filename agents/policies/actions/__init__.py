"""Changes of policies: each makes a new set, announces it to the audit trail and has it pushed."""
