"""Occasions on which the portal reminds somebody; core/reminders.py sends each once."""


def appointments_ending():
    return []


def requests_waiting():
    return []
