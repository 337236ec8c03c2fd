"""The API of drills and trainings: the rows and filters of the list, and the moves of the page."""

from functools import partial
from typing import Any

from rest_framework import serializers, viewsets

from core.api import MoveWords, move
from organizations.api import VisibleMixin
from organizations.roles import Right
from training.filters.activities import ActivityFilter
from training.models import Activity
from training.records.checks import check
from training.records.remarks import RETURNS, commentable
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


class ActivityWords(MoveWords):
    """Besides, a ``reason`` to cancel."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    returns = RETURNS

    def commentable(self, record: Activity) -> set[str]:
        return {name for name, _label, _value in commentable(record)}

    def facts_of(self, name: str) -> dict[str, Any]:
        return {"reason": self.validated_data["reason"]} if name == "cancel" else super().facts_of(name)


_move = partial(move, WORKFLOW, words=ActivityWords, shows=ActivityDetailSerializer)


class ActivityViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = ActivitySerializer
    filterset_class = ActivityFilter
    right = Right.VIEW_TRAINING
    related = ("host", "office")
    http_method_names = ["get", "post", "head", "options"]

    def get_serializer_class(self) -> Any:
        return ActivitySerializer if self.action == "list" else ActivityDetailSerializer

    submit = _move("submit")
    resubmit = _move("resubmit")
    withdraw = _move("withdraw")
    confirm = _move("confirm")
    return_for_changes = _move("return_for_changes")
    archive = _move("archive")
    reopen = _move("reopen")
    cancel = _move("cancel")
    revive = _move("revive")
