"""Who did what: acts that change no row (``record``), and one timeline of these with every tracked change."""

from core.audit.recording import record

__all__ = ["record"]
