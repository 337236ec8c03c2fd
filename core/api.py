"""Shared parts of the API: pages of fifty, and errors that carry a code.

Every error is ``{"code": …, "detail": …}``; refused input adds ``fields``: name → list of ``{message, code}``.
"""

from typing import Any

from django.core.exceptions import PermissionDenied as PlainRefusal
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.lists.paging import OpenPaginator
from core.workflow import MoveNotAllowed

MOVE_STATUS = {"permission": 403, "state": 409, "comment": 400, "unknown": 404}


class Pagination(PageNumberPagination):
    """``count`` is null where there are more than are counted in passing; ``next`` leads on to the very last row."""

    page_size_query_param = "page_size"
    max_page_size = 200
    django_paginator_class = OpenPaginator

    def get_paginated_response(self, data: Any) -> Response:
        paginator: Any = self.page.paginator  # type: ignore[union-attr]
        number = None if paginator.capped else paginator.count
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({"count": number, **links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(schema)
        found["properties"]["count"] |= {"nullable": True}
        return found


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """A move from the wrong state is 409, one without the right 403; both say why."""
    if isinstance(error, MoveNotAllowed):
        return Response({"code": error.code, "detail": error.message}, status=MOVE_STATUS.get(error.code, 400))
    if isinstance(error, Http404):
        error = NotFound(_("没有这条记录，或者您看不到它。"))
    elif isinstance(error, PlainRefusal):
        error = PermissionDenied(str(error) or None)
    response = drf_exception_handler(error, context)
    if response is not None and isinstance(error, APIException):
        response.data = _told(error)
    return response


def _told(error: APIException) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        fields = error.get_full_details()
        fields = fields if isinstance(fields, dict) else {"non_field_errors": fields}
        return {"code": "invalid", "detail": _("有内容需要改正。"), "fields": fields}
    return {"code": error.get_codes(), "detail": error.detail}
