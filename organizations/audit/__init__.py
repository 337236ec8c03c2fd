"""The pages for audit administrators: who did what, from where, and what changed by it."""
