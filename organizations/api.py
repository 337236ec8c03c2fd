"""The API of offices, accounts, appointments and account requests: a second door to the same rooms.

What may be seen is ``visible_to``, what may be done is ``WORKFLOW.perform``, what a request must hold is
``requests.problems``; errors carry a code (core/api.py). Telephone numbers and addresses of people are masked.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError

from core import masking
from core.api import MoveWords, move
from core.workflow import MoveNotAllowed
from organizations.filters import AppointmentFilter, OrganizationFilter, RequestFilter, UserFilter
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.permissions import access, can
from organizations.requests import FIELDS
from organizations.roles import Right
from organizations.workflow import WORKFLOW


class OrganizationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = [
            "id", "code", "name", "short_name", "level", "division", "has_staff", "proxy", "head", "contact", "phone",
            "address", "uscc", "doc_prefix", "valid_from", "valid_to",
        ]  # fmt: skip


class AccountSerializer(serializers.ModelSerializer):
    phone = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "name", "organization", "phone", "email", "is_active", "created_at", "last_login"]

    def get_phone(self, account: User) -> str:
        return masking.phone(account.phone)

    def get_email(self, account: User) -> str:
        return masking.email(account.email)


class AppointmentSerializer(serializers.ModelSerializer):
    role_label = serializers.CharField(source="get_role_display", read_only=True)

    class Meta:
        model = Appointment
        fields = ["id", "user", "role", "role_label", "organization", "starts_at", "ends_at", "basis", "end_reason"]


class AccountRequestSerializer(serializers.ModelSerializer):
    """A draft may miss anything. Phone and address are written, and read back masked by whoever cannot change them."""

    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = AccountRequest
        fields = [
            "id", "number", "state", *FIELDS, "applicant", "account", "created_at", "submitted_at", "decided_at",
            "version", "actions",
        ]  # fmt: skip
        read_only_fields = ["number", "state", "applicant", "account", "created_at", "submitted_at", "decided_at"]
        extra_kwargs = {"version": {"read_only": False, "required": False}}

    def get_actions(self, record: AccountRequest) -> list[str]:
        return [move.action for move in WORKFLOW.available_actions(record, self.context["request"].user)]

    def to_representation(self, instance: AccountRequest) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not instance.can_edit(self.context["request"].user):
            shown["phone"] = masking.phone(instance.phone)
            shown["email"] = masking.email(instance.email)
        return shown

    def validate_organization(self, place: Organization) -> Organization:
        user = self.context["request"].user
        if not Organization.objects.visible_to(user).filter(pk=place.pk).exists():
            raise ValidationError(_("没有这个机构，或者您看不到它。"), code="does_not_exist")
        if not can(user, Right.REQUEST_ACCOUNT, place):
            raise PermissionDenied(can(user, Right.REQUEST_ACCOUNT, place).reason)
        return place


class VisibleMixin:
    """Rows of ``visible_to`` and nothing else: a strange record is 404, a list without the right to any row 403."""

    right: Right
    related: tuple[str, ...] = ()

    def get_queryset(self) -> QuerySet:
        model = self.serializer_class.Meta.model  # type: ignore[attr-defined]
        if getattr(self, "swagger_fake_view", False):
            return model.objects.none()
        return model.objects.visible_to(self.request.user).select_related(*self.related)  # type: ignore[attr-defined]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if self.action == "list" and self.right not in access(request.user):  # type: ignore[attr-defined]
            raise PermissionDenied(_("您现在的职责不能%(right)s。") % {"right": self.right.label})


class OrganizationViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter
    right = Right.VIEW_ORGANIZATION


class AccountViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = AccountSerializer
    filterset_class = UserFilter
    right = Right.VIEW_ACCOUNT


class AppointmentViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter
    right = Right.VIEW_ACCOUNT


class RequestWords(MoveWords):
    def commentable(self, record: AccountRequest) -> set[str]:
        return set(FIELDS)


_move = partial(move, WORKFLOW, words=RequestWords, shows=AccountRequestSerializer)


class AccountRequestViewSet(
    VisibleMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet
):
    serializer_class = AccountRequestSerializer
    filterset_class = RequestFilter
    right = Right.VIEW_ACCOUNT
    related = ("organization", "applicant")
    http_method_names = ["get", "post", "patch", "head", "options"]

    def perform_create(self, serializer: Any) -> None:
        serializer.validated_data.pop("version", None)
        serializer.save(applicant=self.request.user)

    @transaction.atomic
    def perform_update(self, serializer: Any) -> None:
        """A draft that was changed since ``version`` was read is refused with 409."""
        locked = AccountRequest.objects.select_for_update(of=("self",)).get(pk=serializer.instance.pk)
        user: Any = self.request.user
        MoveNotAllowed.unless(locked.can_edit(user))
        if serializer.validated_data.pop("version", None) != locked.version:
            raise MoveNotAllowed("state", _("您读取之后，别人改过这条记录。请重新读取后再改。"))
        serializer.instance = locked
        serializer.save(version=locked.version + 1)

    submit = _move("submit")
    resubmit = _move("resubmit")
    return_for_changes = _move("return_for_changes")
    approve = _move("approve")
    reject = _move("reject")
    withdraw = _move("withdraw")
