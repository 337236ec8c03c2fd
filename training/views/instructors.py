"""Instructors: all there are, one, entering, assessing and ending."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from core.attachments.panel import panels
from core.history.as_at import events_of
from core.methods import form_page
from core.together import together
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.region import keep
from organizations.views.timeline import changes
from people.models import Certificate, Person
from people.tables.papers import days_left
from teams.models import Category
from training.catalogue.keeping import category_names, category_words
from training.filters.catalogue import InstructorFilter
from training.forms.catalogue import AssessmentForm, EndForm, InstructorForm
from training.models import Activity, Instructor, InstructorAssessment, Teaching
from training.tables.catalogue import InstructorTable
from training.views.catalogue_common import CatalogueList, ended, entered, looked_up, offered_places

LATELY = 20


class InstructorList(CatalogueList):
    model = Instructor
    table_class = InstructorTable
    filterset_class = InstructorFilter
    list_name = "training:instructor_list"
    title = pgettext_lazy("many", "师资")
    as_at_model = events_of(Instructor)
    search_hint = gettext_lazy("姓名、单位、资质")
    empty_hint = gettext_lazy("各单位登记的师资大家都能查到、都可以请来授课。")
    create_route = "training:instructor_create"
    create_label = gettext_lazy("登记师资")
    import_route = "training:instructor_import"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(category_names=category_names())


def _instructor(request: SignedIn, pk: int, *, edit: bool = False) -> Instructor:
    rows = Instructor.objects.visible_to(request.user).select_related("organization", "person")
    found: Instructor = looked_up(request, rows.annotate(category_names=category_names()), pk, edit=edit)
    return found


@require_safe
@login_required
def instructor_detail(request: SignedIn, pk: int) -> HttpResponse:
    instructor = _instructor(request, pk)
    there = _around(instructor, request)
    context = {
        "title": instructor.name,
        "instructor": instructor,
        "facts": _facts(instructor, bool(there["person"])),
        "near": None if instructor.ended_on else days_left(instructor.qualified_until),
        "certificates": [{"certificate": row, "near": days_left(row.expires_on)} for row in there["certificates"]],
        "sees_person": bool(there["person"]),
        "assessments": there["assessments"],
        "taught": there["taught"],
        "lessons": there["lessons"][0]["all"] if there["lessons"] else None,
        "may_edit": bool(instructor.can_edit(request.user)),
        "panels": panels(instructor, request.user, Instructor.attachment_kinds),
        "history": changes(instructor, words=category_words(there["categories"])),
    }
    return render(request, "training/instructor_detail.html", context)


def _around(instructor: Instructor, request: SignedIn) -> dict[str, list[Any]]:
    """Assessments; what was taught in activities the reader sees; certificates where the reader sees the person. One
    query."""
    seen_there = Activity.objects.visible_to(request.user).exclude(state=Activity.State.CANCELLED)
    taught = Teaching.objects.filter(instructor=instructor, activity__in=seen_there.order_by().values("pk"))
    people = Person.objects.visible_to(request.user).filter(pk=instructor.person_id)
    held = Certificate.objects.standing().filter(person__in=people.order_by().values("pk"))
    return together(
        person=people.order_by().values("pk"),
        categories=Category.objects.all(),
        certificates=held.select_related("kind").order_by("kind__position", "-expires_on", "pk"),
        assessments=InstructorAssessment.objects.filter(instructor=instructor),
        taught=taught.select_related("activity", "activity__host").order_by("-activity__order_at", "pk")[:LATELY],
        lessons=taught.order_by().values("instructor").annotate(all=Sum("lessons")).values("all"),
    )


def _facts(instructor: Instructor, sees_person: bool) -> list[dict[str, Any]]:
    person = instructor.person
    lines = (
        (_("来源"), _("队员") if instructor.person_id else _("外单位"), ""),
        (_("队员档案"), person if sees_person else "", person.get_absolute_url() if person and sees_person else ""),
        (_("登记单位"), instructor.organization, ""),
        (_("单位"), instructor.employer, ""),
        (_("资质"), instructor.qualification, ""),
        (_("资质有效至"), instructor.qualified_until, ""),
        (_("授课专业"), _("、").join(getattr(instructor, "category_names", ())), ""),
        (_("聘任日期"), instructor.appointed_on, ""),
        (_("说明"), instructor.note, ""),
        (_("停用原因"), instructor.end_reason, ""),
    )
    return [
        {"label": label, "value": value if not hasattr(value, "isoformat") else value.isoformat(), "url": url}
        for label, value, url in lines
        if value
    ]


@form_page
@login_required
def instructor_create(request: SignedIn) -> HttpResponse:
    form = InstructorForm(request.POST or None, instance=Instructor(), by=request.user, **offered_places(request))
    return entered(
        request, form, title=_("登记师资"), cancel=reverse("training:instructor_list"), said=_("师资已登记。"),
        sections=InstructorForm.SECTIONS,
    )  # fmt: skip


@form_page
@login_required
def instructor_edit(request: SignedIn, pk: int) -> HttpResponse:
    instructor = _instructor(request, pk, edit=True)
    form = InstructorForm(request.POST or None, instance=instructor, by=request.user)
    return entered(
        request, form, title=_("修改师资%(name)s") % {"name": instructor.name}, cancel=instructor.get_absolute_url(),
        said=_("师资已保存。"), sections=InstructorForm.SECTIONS,
    )  # fmt: skip


@form_page
@login_required
def instructor_end(request: SignedIn, pk: int) -> HttpResponse:
    return ended(
        request, _instructor(request, pk, edit=True), form=EndForm(request.POST or None),
        consequences=[_("新的培训不能再选他（她）；已经授的课不变。"), _("以后可以恢复。")],
    )  # fmt: skip


# -- 教学能力评估 -------------------------------------------------------------------------------------------
@form_page
@login_required
def assessment_create(request: SignedIn, pk: int) -> HttpResponse:
    instructor = _instructor(request, pk, edit=True)
    record = InstructorAssessment(instructor=instructor)
    return _assessed(request, record, title=_("登记%(name)s的教学能力评估") % {"name": instructor.name})


@form_page
@login_required
def assessment_edit(request: SignedIn, pk: int) -> HttpResponse:
    holding(Right.VIEW_TRAINING)(request.user).require()
    here = Instructor.objects.visible_to(request.user).order_by().values("pk")
    rows = InstructorAssessment.objects.filter(instructor__in=here).select_related("instructor__organization")
    record: InstructorAssessment = seen(rows, pk)
    record.instructor.can_edit(request.user).require()
    return _assessed(request, record, title=_("更正教学能力评估"))


def _assessed(request: SignedIn, record: InstructorAssessment, *, title: str) -> HttpResponse:
    instructor = record.instructor
    back = instructor.get_absolute_url()
    form = AssessmentForm(request.POST or None, instance=record)
    crumbs = [(_("师资"), reverse("training:instructor_list")), (instructor.name, back)]
    return keep(request, form, title=title, back=back, saved=_("评估已保存。"), crumbs=crumbs)
