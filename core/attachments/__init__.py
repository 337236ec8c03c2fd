"""Files handed in with records: checked by content, hashed, versioned, never removed, served only to who may look."""

from core.attachments.storing import attach, withdraw

__all__ = ["attach", "withdraw"]
