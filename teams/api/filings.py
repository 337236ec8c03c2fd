"""The API of filings: a second door to the same rooms.

What may be seen is ``visible_to``, what may be done is ``WORKFLOW.perform``, a draft is kept by ``drafting.keep`` as on
the page: anything may be missing or wrong in it, and ``problems`` says what. Telephone numbers are masked for whoever
does not fill it in.
"""

from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core import masking
from core.api import MoveWords, move
from core.workflow import MoveNotAllowed
from organizations.api import VisibleMixin
from organizations.models import Organization
from organizations.permissions import can
from organizations.roles import Right
from teams.choices import FilingKind
from teams.filings.commenting import LONGEST, commentable
from teams.filings.drafting import StaleDraft, begin, keep
from teams.filings.proposal import Proposal
from teams.filters.filings import FilingFilter
from teams.models import Filing, Team
from teams.workflow import WORKFLOW, available


class FilingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Filing
        fields = [
            "id", "number", "kind", "state", "organization", "office", "team", "title", "level", "year", "round_no",
            "current_office", "due_on", "warnings", "changed", "created_at", "submitted_at", "decided_at", "reply_no",
            "reply_on", "version",
        ]  # fmt: skip
        read_only_fields = fields


class FilingDetailSerializer(FilingSerializer):
    """With its content, what is wrong or missing in it, and what the reader may do."""

    payload = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(FilingSerializer.Meta):
        fields = [*FilingSerializer.Meta.fields, "payload", "problems", "actions"]
        read_only_fields = fields

    def get_payload(self, filing: Filing) -> dict[str, Any]:
        return dict(filing.payload) if filing.can_edit(self.context["request"].user) else _masked(filing.payload)

    def get_problems(self, filing: Filing) -> dict[str, str]:
        proposal = Proposal.of(filing)
        return {**proposal.errors, **proposal.missing} if filing.is_open else {}

    def get_actions(self, filing: Filing) -> list[str]:
        return [move.action for move in available(filing, self.context["request"].user)]


def _masked(payload: dict[str, Any]) -> dict[str, Any]:
    shown = {**payload}
    if "duty_phone" in shown:
        shown["duty_phone"] = masking.phone(str(shown["duty_phone"]))
    shown["posts"] = [{**row, "phone": masking.phone(row.get("phone", ""))} for row in payload.get("posts") or []]
    return shown


class BeginSerializer(serializers.Serializer):
    """``office`` for a registration, ``team`` for everything else."""

    kind = serializers.ChoiceField(choices=FilingKind.choices)
    office = serializers.IntegerField(required=False)
    team = serializers.IntegerField(required=False)


class DraftSerializer(serializers.Serializer):
    """Facts by name, as they are typed; ``version`` is the one that was read."""

    payload = serializers.DictField()
    version = serializers.IntegerField()


class FilingWords(MoveWords):
    """Besides, the reply's number and day, which issue it."""

    fields_ = serializers.DictField(child=serializers.CharField(max_length=LONGEST), required=False)
    reply_no = serializers.CharField(required=False, max_length=40)
    reply_on = serializers.DateField(required=False)

    def commentable(self, record: Filing) -> set[str]:
        return commentable(record)

    def facts_of(self, name: str) -> dict[str, Any]:
        given = self.validated_data
        reply = {key: given[key] for key in ("reply_no", "reply_on") if key in given} if name == "issue" else {}
        return {**super().facts_of(name), **reply}


_move = partial(move, WORKFLOW, words=FilingWords, shows=FilingDetailSerializer)


class FilingViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = FilingSerializer
    filterset_class = FilingFilter
    right = Right.VIEW_TEAM
    related = ("organization", "office", "team__organization", "current_step__office", "current_office", "assignee")
    http_method_names = ["get", "post", "patch", "head", "options"]

    def get_serializer_class(self) -> Any:
        return FilingSerializer if self.action == "list" else FilingDetailSerializer

    @extend_schema(request=BeginSerializer, responses=FilingDetailSerializer)
    def create(self, request: Request) -> Response:
        asked = BeginSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        kind = asked.validated_data["kind"]
        user: Any = request.user
        place: dict[str, Any] = {}
        if kind == FilingKind.REGISTER and "team" not in asked.validated_data:
            place["office"] = _seen(Organization.objects.visible_to(user), asked.validated_data.get("office"), "office")
        else:
            teams = Team.objects.visible_to(user).select_related("organization")
            place["team"] = _seen(teams, asked.validated_data.get("team"), "team")
        where = place.get("office") or place["team"].organization
        if not can(user, Right.SUBMIT_FILING, where):
            raise PermissionDenied(can(user, Right.SUBMIT_FILING, where).reason)
        filing = begin(kind, by=user, **place)
        return Response(self.get_serializer(filing).data, status=201)

    @extend_schema(request=DraftSerializer, responses=FilingDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """A draft that others changed on the same facts since ``version`` was read is refused with 409."""
        filing = self.get_object()
        given = DraftSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user: Any = request.user
        typed, version = given.validated_data["payload"], given.validated_data["version"]
        try:
            fresh = keep(filing, typed, by=user, version=version)
        except StaleDraft as stale:
            names = "、".join(clash.label for clash in stale.clashes)
            raise MoveNotAllowed(
                "state", _("您读取之后，别人改过：%(names)s。请重新读取后再改。") % {"names": names}
            ) from stale
        return Response(self.get_serializer(fresh).data)

    submit = _move("submit")
    resubmit = _move("resubmit")
    accept = _move("accept")
    approve = _move("approve")
    confirm = _move("confirm")
    issue = _move("issue")
    return_for_changes = _move("return_for_changes")
    reject = _move("reject")
    withdraw = _move("withdraw")


def _seen(rows: Any, pk: int | None, name: str) -> Any:
    found = rows.filter(pk=pk).first() if pk is not None and 0 < pk < 2**31 else None
    if found is None:
        raise ValidationError({name: [_("没有这条记录，或者您看不到它。")]}, code="does_not_exist")
    return found
