"""The API of bases, instructors and courses: read only, the same rows as the pages show."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied

from core import masking
from organizations.api import VisibleMixin
from organizations.permissions import access
from organizations.roles import Right
from training.filters.catalogue import BaseFilter, CourseFilter, InstructorFilter
from training.models import Base, Course, CourseVersion, Instructor, Lesson


class BaseSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    phone = serializers.SerializerMethodField()

    class Meta:
        model = Base
        fields = [
            "id", "name", "kind", "kind_label", "organization", "partner", "agreed_from", "agreed_until", "division",
            "address", "latitude", "longitude", "capacity", "facilities", "categories", "contact", "phone", "ended_on",
            "version",
        ]  # fmt: skip

    def get_phone(self, base: Base) -> str:
        return masking.phone(base.phone)


class InstructorSerializer(serializers.ModelSerializer):
    is_member = serializers.SerializerMethodField()

    class Meta:
        model = Instructor
        fields = [
            "id", "name", "is_member", "organization", "employer", "qualification", "qualified_until", "categories",
            "appointed_on", "ended_on", "end_reason", "version",
        ]  # fmt: skip

    def get_is_member(self, instructor: Instructor) -> bool:
        return instructor.person_id is not None


class LessonSerializer(serializers.ModelSerializer):
    form_label = serializers.CharField(source="get_form_display", read_only=True)

    class Meta:
        model = Lesson
        fields = ["name", "form", "form_label", "lessons"]


class CourseVersionSerializer(serializers.ModelSerializer):
    lessons = LessonSerializer(many=True, read_only=True)

    class Meta:
        model = CourseVersion
        fields = ["id", "number", "goal", "note", "published_at", "lessons"]


class CourseSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    versions = CourseVersionSerializer(
        source="published_versions", many=True, read_only=True, help_text="已发布的大纲，新的在前"
    )

    class Meta:
        model = Course
        fields = [
            "id", "name", "kind", "kind_label", "organization", "category", "certificate_kind", "ended_on", "version",
            "versions",
        ]  # fmt: skip


class SharedMixin(VisibleMixin):
    """What everybody with the right anywhere may look up: without it, one record is 403 like the list."""

    right = Right.VIEW_TRAINING

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.right not in access(request.user):
            raise PermissionDenied(_("您现在的职责不能%(right)s。") % {"right": self.right.label})

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """One record is there by its key whatever its state; only the list leaves some out."""
        return queryset if self.action == "retrieve" else super().filter_queryset(queryset)  # type: ignore[attr-defined,misc]


class BaseViewSet(SharedMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = BaseSerializer
    filterset_class = BaseFilter


class InstructorViewSet(SharedMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = InstructorSerializer
    filterset_class = InstructorFilter


class CourseViewSet(SharedMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = CourseSerializer
    filterset_class = CourseFilter

    def get_queryset(self) -> QuerySet:
        published = CourseVersion.objects.published().prefetch_related("lessons")
        return super().get_queryset().prefetch_related(Prefetch("versions", published, to_attr="published_versions"))
