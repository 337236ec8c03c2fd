"""A page that only some of the signed-in may open."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponseBase
from django.views.generic import View

from core.decisions import Decision


class PermittedView(LoginRequiredMixin, View):
    """Sends strangers to sign in, and asks ``permission`` (user → Decision) before anything else is done.

    Every subclass says ``permission``; None lets in whoever is signed in, to see what ``visible_to`` gives.
    """

    permission: Callable[[Any], Decision] | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.authorise()
        return super().dispatch(request, *args, **kwargs)

    def authorise(self) -> None:
        """:raises PermissionDenied: with the reason (403)."""
        if self.permission is not None:
            type(self).permission(self.request.user).require()  # type: ignore[misc]
