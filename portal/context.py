"""What every page knows: the product's name, the menu, the person's office, unread notices."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    return {"portal_name": settings.PORTAL_SHORT_NAME, "menu": [], "office": None, "unread": 0}
