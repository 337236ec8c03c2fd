"""Lets a worker continue a list or an import: the view is written into the job's parameters and built again from them.

It is built with the rights its person has then: who has lost the right while the job waited is refused.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.module_loading import import_string
from django.views.generic import View

from core import encryption
from core.models import Job


def params_of(view: View) -> dict[str, Any]:
    """What ``view_of`` needs; goes into ``start(**params)``."""
    cls = type(view)
    return {
        "view": f"{cls.__module__}.{cls.__qualname__}",
        "kwargs": {key: str(value) for key, value in view.kwargs.items()},
        "sealed_query": encryption.encrypt(view.request.GET.urlencode()),  # one may search by an ID number
        "path": view.request.path,
    }


def view_of(job: Job) -> Any:
    """The view as its person asked for it.

    :raises PermissionDenied: when the person may not open it any more.
    """
    return view_from(job.params, job.created_by)


def view_from(params: Mapping[str, Any], user: Any) -> Any:
    """As ``view_of``, from what ``params_of`` gave."""
    request = HttpRequest()
    request.method, request.user, request.path = "GET", user, params["path"]
    sealed = params.get("sealed_query")  # none in jobs that waited while the portal was brought up to date
    request.GET = QueryDict(encryption.decrypt(sealed) if sealed is not None else params["query"])
    view = import_string(params["view"])()
    view.setup(request, **params["kwargs"])
    view.authorise()
    return view
