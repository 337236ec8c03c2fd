"""Signing in: passwords, second factor, lockout, sessions, and what the sign-in library asks of us."""
