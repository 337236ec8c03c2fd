"""Shared parts of the API: pages of fifty, and errors that carry a code.

Every error is ``{"code": …, "detail": …}``; refused input adds ``fields``: name → list of ``{message, code}``. What a
service refuses reads the same as what a serializer does.
"""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied as PlainRefusal
from django.core.exceptions import ValidationError as PlainError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.lists.paging import OpenPaginator
from core.workflow import MoveNotAllowed, Workflow

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


class MoveWords(serializers.Serializer):
    """What goes with a move: a comment, for a return ``fields``, comments at single facts of ``context["record"]``, and
    the ``version`` that was read, if a record that was changed since shall be refused."""

    comment = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    fields_ = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    version = serializers.IntegerField(required=False, default=None)
    returns: Collection[str] = ("return_for_changes",)

    def get_fields(self) -> dict[str, Any]:
        known = super().get_fields()
        known["fields"] = known.pop("fields_")  # a class attribute of that name is the framework's own
        return known

    def validate_fields(self, given: dict[str, str]) -> dict[str, str]:
        strange = set(given) - self.commentable(self.context["record"])
        if strange:
            raise ValidationError(_("没有这些项目：%(names)s。") % {"names": _("、").join(sorted(strange))})
        return given

    def commentable(self, record: Any) -> set[str]:
        """Names of the facts that a return can comment on."""
        raise NotImplementedError

    def facts_of(self, name: str) -> dict[str, Any]:
        """What the move takes besides comment and version."""
        fields = self.validated_data.get("fields")
        return {"fields": fields} if fields and name in self.returns else {}


def move(workflow: Workflow, name: str, *, words: type[MoveWords], shows: type[serializers.Serializer]) -> Any:
    """One ``@action`` for a move of the table: POST …/<pk>/<name>/ with ``words``; answers the record as ``shows``."""

    def perform(self: Any, request: Request, pk: str) -> Response:
        record = self.get_object()
        said = words(data=request.data, context={"record": record})
        said.is_valid(raise_exception=True)
        given = {"comment": said.validated_data["comment"], "version": said.validated_data["version"]}
        fresh = workflow.perform_seen(record, name, by=request.user, **given, **said.facts_of(name))
        return Response(self.get_serializer(fresh).data)

    perform.__name__ = name
    perform.__doc__ = str(workflow.move(name).label)
    described = extend_schema(request=words, responses=shows)(perform)
    return action(detail=True, methods=["post"], url_path=name)(described)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """A move from the wrong state is 409, one without the right 403; both say why."""
    if isinstance(error, MoveNotAllowed):
        return Response({"code": error.code, "detail": error.message}, status=MOVE_STATUS.get(error.code, 400))
    if isinstance(error, Http404):
        error = NotFound(_("没有这条记录，或者您看不到它。"))
    elif isinstance(error, PlainRefusal):
        error = PermissionDenied(str(error) or None)
    elif isinstance(error, PlainError):
        error = ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
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
