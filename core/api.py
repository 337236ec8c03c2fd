"""Shared parts of the API: pages of fifty, and errors that carry a code."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.workflow import MoveNotAllowed


class Pagination(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 200


def exception_handler(error: Exception, context: dict) -> Response | None:
    """A move from the wrong state is 409, one without the right 403; both say why."""
    if isinstance(error, MoveNotAllowed):
        status = {"permission": 403, "state": 409}.get(error.code, 400)
        return Response({"code": error.code, "detail": error.message}, status=status)
    return drf_exception_handler(error, context)
