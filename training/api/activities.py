"""The API of drills and trainings: the rows and filters of the list, and the moves of the page."""

from typing import Any

from django.core.exceptions import ValidationError as PlainError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organizations.api import VisibleMixin
from organizations.roles import Right
from training.checks import check
from training.filters.activities import ActivityFilter
from training.models import Activity
from training.moving import make
from training.remarks import RETURNS, commentable
from training.workflow import WORKFLOW


class ActivitySerializer(serializers.ModelSerializer):
    class Meta:
        model = Activity
        fields = [
            "id", "number", "kind", "state", "title", "host", "office", "starts_at", "ends_at", "base", "division",
            "place", "form", "scope", "hazard", "subjects", "training_kind", "listed", "present", "minutes",
            "submitted_at", "confirmed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ActivityDetailSerializer(ActivitySerializer):
    """With everything that was filled in, what keeps it from being handed in, and what the reader may do."""

    teams = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(ActivitySerializer.Meta):
        fields = [
            *ActivitySerializer.Meta.fields, "plan_item", "latitude", "longitude", "departments", "outside_units",
            "outside_people", "counts_hours", "with_party_day", "cost", "equipment_used", "vehicles_used", "vehicles",
            "summary", "scenario", "commander", "safety_officer", "process", "course_version", "enrols_until", "places",
            "satisfaction", "state_reason", "created_at", "teams", "problems", "actions",
        ]  # fmt: skip
        read_only_fields = fields

    def get_teams(self, activity: Activity) -> list[int]:
        return list(activity.teams.values_list("organization_id", flat=True))

    def get_problems(self, activity: Activity) -> list[str]:
        """What is found before the hand-in; empty once it has been handed in."""
        return [finding.message for finding in check(activity)] if activity.is_open else []

    def get_actions(self, activity: Activity) -> list[str]:
        return [move.action for move in WORKFLOW.available_actions(activity, self.context["request"].user)]


class ActivityMoveSerializer(serializers.Serializer):
    """``comment`` for a return, with ``fields`` at single facts; ``reason`` to cancel; ``version`` that was read."""

    comment = serializers.CharField(required=False, allow_blank=True, max_length=500)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
    version = serializers.IntegerField(required=False)
    fields_ = serializers.DictField(child=serializers.CharField(max_length=200), required=False)

    def get_fields(self) -> dict[str, Any]:
        known = super().get_fields()
        known["fields"] = known.pop("fields_")  # a class attribute of that name is the framework's own
        return known

    def facts_of(self, name: str, activity: Activity) -> dict[str, Any]:
        """What the move takes besides the comment."""
        given = self.validated_data
        if name == "cancel":
            return {"reason": given.get("reason", "")}
        if name in RETURNS and "fields" in given:
            known = {field for field, _label, _value in commentable(activity)}
            return {"fields": {field: text for field, text in given["fields"].items() if field in known}}
        return {}


def move(name: str) -> Any:
    """One ``@action`` per move of the table: POST …/<pk>/<name>/."""

    @extend_schema(request=ActivityMoveSerializer, responses=ActivityDetailSerializer)
    def perform(self: "ActivityViewSet", request: Request, pk: str) -> Response:
        return self.perform_move(request, name)

    perform.__name__ = name
    perform.__doc__ = str(WORKFLOW.move(name).label)
    return action(detail=True, methods=["post"], url_path=name)(perform)


class ActivityViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = ActivitySerializer
    filterset_class = ActivityFilter
    right = Right.VIEW_TRAINING
    related = ("host", "office")
    http_method_names = ["get", "post", "head", "options"]

    def get_serializer_class(self) -> Any:
        return ActivitySerializer if self.action == "list" else ActivityDetailSerializer

    def perform_move(self, request: Request, name: str) -> Response:
        activity = self.get_object()
        words = ActivityMoveSerializer(data=request.data)
        words.is_valid(raise_exception=True)
        given: Any = words.validated_data
        user: Any = request.user
        facts = words.facts_of(name, activity)
        try:
            fresh = make(
                activity, name, by=user, comment=given.get("comment", ""), version=given.get("version"), **facts
            )
        except PlainError as error:
            raise ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages) from error
        return Response(self.get_serializer(fresh).data)

    submit = move("submit")
    resubmit = move("resubmit")
    withdraw = move("withdraw")
    confirm = move("confirm")
    return_for_changes = move("return_for_changes")
    archive = move("archive")
    reopen = move("reopen")
    cancel = move("cancel")
    revive = move("revive")
