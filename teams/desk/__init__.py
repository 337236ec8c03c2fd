"""The review desk: what a reviewer has before him, and what he may do besides the moves of ``teams.workflow``."""
