"""Changing one person: sections of facts, the document, health data."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.forms import refuse
from core.methods import form_page
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, seen
from people.documents import correct_document, holder_of
from people.forms.persons import DocumentForm, HealthForm, SectionForm
from people.models import Person
from people.person_cards import SEALED, SECTIONS, differences
from people.privacy.consenting import may_use_health
from people.views.person_common import led_on


def visible(request: SignedIn, pk: int) -> Person:
    person: Person = seen(Person.objects.visible_to(request.user), pk)
    return person


@never_cache
@form_page
@login_required
@led_on
def person_edit(request: SignedIn, pk: int, section: str) -> HttpResponse:
    person = visible(request, pk)
    person.can_edit(request.user).require()
    if section not in SECTIONS:
        raise Http404
    chosen = SECTIONS[section]
    sealed = bool(person.may(request.user, Right.REVEAL_MEMBER))
    names = [name for name in chosen.fields if sealed or name not in SEALED]
    form = SectionForm(request.POST or None, instance=person, names=names)
    response = edit(
        request, form, title=_("修改%(name)s的%(section)s") % {"name": person.name, "section": chosen.title},
        back=person.get_absolute_url(), saved=_("已保存。"),
        sections=[{"title": chosen.title, "hint": chosen.hint, "fields": [form[name] for name in names]}],
    )  # fmt: skip
    if response.status_code == 302 and section == "facts":
        for sentence in differences(person):
            messages.warning(request, sentence)
    return response


@never_cache
@form_page
@login_required
@led_on
def person_document(request: SignedIn, pk: int) -> HttpResponse:
    person = visible(request, pk)
    person.can_edit(request.user).require()
    form = DocumentForm(request.POST or None, initial={"id_type": person.id_type})
    if request.method == "POST" and form.is_valid():
        try:
            fresh = correct_document(person, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, _naming(request, person, error, form.cleaned_data))
        else:
            messages.success(request, _("证件已更换，原来的证件留作记录，仍能查到此人。"))
            for sentence in differences(fresh):
                messages.warning(request, sentence)
            return redirect(person)
    context = {
        "title": _("更换或更正%(name)s的证件") % {"name": person.name},
        "form": form,
        "person": person,
        "cancel_url": person.get_absolute_url(),
    }
    return render(request, "people/person_document.html", context)


def _naming(request: SignedIn, person: Person, error: ValidationError, facts: dict[str, Any]) -> ValidationError:
    """Whose number it is, to whoever may see that person; to others only that it is taken."""
    other = holder_of(facts["id_type"], facts["id_number"], name=person.name) if hasattr(error, "error_dict") else None
    if (
        other is None
        or other.pk == person.pk
        or not Person.objects.visible_to(request.user).filter(pk=other.pk).exists()
    ):
        return error
    said = _("这个证件号码已经登记给%(name)s。如果是同一个人登记了两次，请办理合并。") % {"name": other.name}
    return ValidationError({"id_number": said})


@never_cache
@form_page
@login_required
@led_on
def person_health(request: SignedIn, pk: int) -> HttpResponse:
    """Only where the person agrees that health data are kept; without, the page says what is missing."""
    person = visible(request, pk)
    person.may(request.user, Right.REVEAL_MEMBER).require()
    title = _("登记%(name)s的健康信息") % {"name": person.name}
    back = person.get_absolute_url()
    if not may_use_health(person):
        context = {
            "title": title,
            "person": person,
            "record_url": reverse("people:consent_record", args=[person.pk]),
            "may_record": person.can_edit(request.user),
        }
        return render(request, "people/person_health_closed.html", context)
    form = HealthForm(request.POST or None, instance=person)
    hint = _("已登记的内容不在这里显示。填了的项替换原来的，不填的不变，填“无”去掉原来的。")
    names = ("blood", "allergy", "statement", "health_declared_on", "checkup_on")
    return edit(
        request, form, title=title, back=back, saved=_("健康信息已保存。"), keep_key="",
        sections=[{"title": _("健康信息"), "hint": hint, "fields": [form[name] for name in names]}],
    )  # fmt: skip
