"""The type of a request behind ``login_required``."""

from django.http import HttpRequest

from organizations.models import User


class SignedIn(HttpRequest):
    """For annotations: its ``user`` is a person, not somebody unknown. No request is made of this class."""

    user: User  # type: ignore[assignment]
