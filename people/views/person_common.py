"""What the pages of one person share: the way on from a record that was merged into another."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from organizations.signed_in import SignedIn
from people.merging.merging import kept_instead
from people.models import Person


def led_on(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """From an old address to the same page of the record that was kept, for whoever may see that. What was sent to the
    old one is not saved there unseen."""

    @wraps(page)
    def led(request: SignedIn, pk: int, **kwargs: Any) -> HttpResponse:
        try:
            return page(request, pk=pk, **kwargs)
        except Http404:
            kept = kept_instead(pk)
            if kept is None or not Person.objects.visible_to(request.user).filter(pk=kept.pk).exists():
                raise
        if request.method == "POST":
            said = _("这份档案已经并入%(name)s的另一份档案，填的内容没有保存；需要的请在这里再填。")
            messages.error(request, said % {"name": kept.name})
        assert request.resolver_match is not None
        return redirect(request.resolver_match.view_name, pk=kept.pk, **kwargs)

    return led
