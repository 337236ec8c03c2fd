"""Courses and their syllabus: all there are, one, drawing up a version, publishing, comparing two."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.attachments.panel import panels
from core.forms import saved
from core.history.as_at import events_of
from core.keys import key
from core.methods import form_page
from core.together import together
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.timeline import changes
from training.catalogue.syllabus import compare, draft, publish, totals, with_totals
from training.filters.catalogue import CourseFilter
from training.forms.courses import CourseForm, Lines, SyllabusForm
from training.models import Course, CourseVersion, Lesson
from training.settings import LESSON, value_of, value_rows
from training.states import ON_RECORD
from training.tables.catalogue import CourseTable
from training.views.catalogue_common import CatalogueList, ended, entered, looked_up, offered_places


def in_force(rows: QuerySet[Course]) -> QuerySet[Course]:
    """Courses with ``published`` (number of the version in force), its ``total`` 学时, and how often ``held``."""
    last = CourseVersion.objects.published().filter(course=OuterRef("pk")).order_by("-number")
    added = with_totals(last).values("total")[:1]
    times = CourseVersion.objects.filter(course=OuterRef("pk")).order_by().values("course")
    held = times.annotate(all=Count("activities", filter=Q(activities__state__in=ON_RECORD))).values("all")
    return rows.annotate(published=Subquery(last.values("number")[:1]), total=Subquery(added), held=Subquery(held))


class CourseList(CatalogueList):
    model = Course
    table_class = CourseTable
    filterset_class = CourseFilter
    list_name = "training:course_list"
    title = pgettext_lazy("many", "课程")
    as_at_model = events_of(Course)
    search_hint = gettext_lazy("名称")
    empty_hint = gettext_lazy("各单位编制的课程大家都能查到、都可以照着办培训。")
    create_route = "training:course_create"
    create_label = gettext_lazy("编制课程")

    def get_queryset(self) -> QuerySet:
        return in_force(super().get_queryset())


def _course(request: SignedIn, pk: int, *, edit: bool = False) -> Course:
    rows = Course.objects.visible_to(request.user).select_related("organization", "category", "certificate_kind")
    found: Course = looked_up(request, rows, pk, edit=edit)
    return found


@require_safe
@login_required
def course_detail(request: SignedIn, pk: int) -> HttpResponse:
    course = _course(request, pk)
    held = Count("activities", filter=Q(activities__state__in=ON_RECORD), distinct=True)
    rows = CourseVersion.objects.visible_to(request.user).filter(course=course)
    there = together(
        versions=_held(with_totals(rows), held),
        lessons=Lesson.objects.filter(version_of__in=rows),
        minutes=value_rows(LESSON),
    )
    versions = there["versions"]
    now = next((version for version in versions if version.published_at), None)
    shown = now or (versions[0] if versions else None)
    lessons = [lesson for lesson in there["lessons"] if shown and lesson.version_of_id == shown.pk]
    context = {
        "title": course.name,
        "course": course,
        "facts": _facts(course),
        "versions": versions,
        "now": now,
        "shown": shown,
        "draft": next((version for version in versions if not version.published_at), None),
        **_syllabus(lessons, there["minutes"]),
        "may_edit": bool(course.can_edit(request.user)),
        "history": changes(course),
    }
    return render(request, "training/course_detail.html", context)


def _held(rows: QuerySet[CourseVersion], held: Count) -> QuerySet[CourseVersion]:
    """The number of activities beside the sums of lessons: two joins at once would multiply each other."""
    counted = CourseVersion.objects.filter(pk=OuterRef("pk")).order_by().values("pk").annotate(all=held).values("all")
    return rows.annotate(held=Subquery(counted)).select_related("published_by").order_by("-number")


def _facts(course: Course) -> list[dict[str, Any]]:
    lines = (
        (_("类别"), course.get_kind_display()),
        (_("编制单位"), course.organization),
        (_("专业"), course.category or _("不限专业")),
        (_("合格后发的证书"), course.certificate_kind or _("不发证")),
    )
    return [{"label": label, "value": value} for label, value in lines]


def _syllabus(lessons: list[Lesson], minutes: list[int]) -> dict[str, Any]:
    one = minutes[0] if minutes else LESSON.shipped
    return {"lessons": lessons, "totals": totals(lessons, one), "lesson_minutes": one}


@form_page
@login_required
def course_create(request: SignedIn) -> HttpResponse:
    form = CourseForm(request.POST or None, instance=Course(), **offered_places(request))
    return entered(
        request, form, title=_("编制课程"), cancel=reverse("training:course_list"),
        said=_("课程已登记，请写大纲。"),
        after=lambda course: reverse("training:version_edit", args=[draft(course).pk]),
    )  # fmt: skip


@form_page
@login_required
def course_edit(request: SignedIn, pk: int) -> HttpResponse:
    course = _course(request, pk, edit=True)
    form = CourseForm(request.POST or None, instance=course)
    return entered(
        request, form, title=_("修改课程%(name)s") % {"name": course.name}, cancel=course.get_absolute_url(),
        said=_("课程已保存。"),
    )  # fmt: skip


@form_page
@login_required
def course_end(request: SignedIn, pk: int) -> HttpResponse:
    return ended(
        request, _course(request, pk, edit=True),
        consequences=[_("新的培训不能再选它；按它办过的培训不变。"), _("以后可以恢复。")],
    )  # fmt: skip


# -- versions -------------------------------------------------------------------------------------------------
@require_POST
@login_required
def version_draft(request: SignedIn, pk: int) -> HttpResponse:
    """Begin the next version as a copy of the last, or go on with the one begun."""
    return redirect("training:version_edit", draft(_course(request, pk, edit=True)).pk)


def _version(request: SignedIn, pk: int) -> CourseVersion:
    rows = CourseVersion.objects.visible_to(request.user)
    found: CourseVersion = looked_up(request, rows.select_related("course__organization", "published_by"), pk)
    return found


def _open(request: SignedIn, version: CourseVersion) -> HttpResponse | None:
    """None where the reader may still change it; 403 without the right; published: a message."""
    version.course.can_edit(request.user).require()
    decision = version.can_edit(request.user)
    if decision:
        return None
    messages.error(request, str(decision.reason))
    return redirect(version)


@require_safe
@login_required
def version_detail(request: SignedIn, pk: int) -> HttpResponse:
    version = _version(request, pk)
    earlier = CourseVersion.objects.visible_to(request.user).filter(course=version.course, number__lt=version.number)
    there = together(others=earlier, lessons=version.lessons.all(), minutes=value_rows(LESSON))
    context = {
        "title": str(version),
        "version": version,
        "course": version.course,
        **_syllabus(there["lessons"], there["minutes"]),
        "others": there["others"],
        "may_edit": bool(version.can_edit(request.user)),
        "panels": panels(version, request.user, CourseVersion.attachment_kinds),
        "history": changes(version),
    }
    return render(request, "training/version_detail.html", context)


@form_page
@login_required
def version_edit(request: SignedIn, pk: int) -> HttpResponse:
    version = _version(request, pk)
    if (closed := _open(request, version)) is not None:
        return closed
    form = SyllabusForm(request.POST or None, instance=version)
    try:
        if request.method == "POST" and form.is_valid() and saved(form) is not None:
            messages.success(request, _("大纲草稿已保存，发布以后才用。"))
            return redirect(version)
    except MoveNotAllowed as error:
        messages.error(request, str(error))
        return redirect(version)
    context = {
        "title": _("大纲：%(version)s") % {"version": version},
        "form": form, "stale": form.clashes, "course": version.course, "version": version,
        "blank": Lines(prefix="lessons").empty_form, "keep_key": f"courseversion-{version.pk}",
        "cancel_url": version.get_absolute_url(), "submit_label": _("保存草稿"),
    }  # fmt: skip
    return render(request, "training/version_edit.html", context)


@form_page
@login_required
def version_publish(request: SignedIn, pk: int) -> HttpResponse:
    version = _version(request, pk)
    if (closed := _open(request, version)) is not None:
        return closed
    if request.method == "POST":
        try:
            publish(version, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("已发布，从现在起办培训用这一版。"))
        return redirect(version)
    added = version.lessons.aggregate(all=Sum("lessons"))["all"] or 0
    context = {
        "title": _("发布%(version)s") % {"version": version},
        "question": _("共 %(n)s 学时。发布以后大纲不能再改，只能另起一版。") % {"n": f"{added:g}" if added else 0},
        "consequences": [
            _("从现在起新办的培训用这一版。"), _("按以前版本办的培训，大纲还是那一版。"),
        ],
        "submit_label": _("发布"), "tone": "main", "cancel_url": version.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


@require_safe
@login_required
def course_compare(request: SignedIn, pk: int) -> HttpResponse:
    """``from`` and ``to`` are numbers of versions; without them the last two."""
    course = _course(request, pk)
    versions = list(CourseVersion.objects.visible_to(request.user).filter(course=course).prefetch_related("lessons"))
    by_number = {version.number: version for version in versions}
    new = by_number.get(key(request.GET.get("to", "")) or 0) or (versions[0] if versions else None)
    older = [version for version in versions if new and version.number < new.number]
    old = by_number.get(key(request.GET.get("from", "")) or 0) or (older[0] if older else None)
    if old is None or new is None or old == new:
        messages.info(request, _("这门课程只有一版，没有可以对照的。"))
        return redirect(course)
    if old.number > new.number:
        old, new = new, old
    minutes = value_of(LESSON)
    words = {"course": course, "old": old.number, "new": new.number}
    context = {
        "title": _("%(course)s：第 %(old)s 版和第 %(new)s 版") % words,
        "course": course, "old": old, "new": new, "versions": versions,
        "rows": compare(old.lessons.all(), new.lessons.all()),
        "old_totals": totals(old.lessons.all(), minutes), "new_totals": totals(new.lessons.all(), minutes),
    }  # fmt: skip
    return render(request, "training/course_compare.html", context)
