"""One certificate to many: whom and what, then the numbers, then all or none."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.keys import key
from core.methods import form_page
from organizations.models import Organization, User
from organizations.permissions import can, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, pick_place, seen
from people.filters.roster import ALL, picked
from people.forms.certificates import GrantForm, GrantRowForm
from people.models import Certificate, CertificateKind, Membership
from people.papers.granting import MOST, GrantRefused, Recipient, Terms, grant, held_by, numbers_from, renewable
from people.tables.papers import NEAR, days_left
from people.team_pages import roster_url


@dataclass
class Line:
    """One person on the sheet."""

    membership: Membership
    held: Certificate | None
    form: GrantRowForm
    error: str = ""

    @property
    def near(self) -> dict[str, Any] | None:
        return days_left(self.held.expires_on) if self.held else None

    @property
    def is_left_out(self) -> bool:
        """By what was shown: who had none then is to get one, whatever was entered since."""
        given = self.form.cleaned_data
        return bool(given["held"]) and given["act"] not in (GrantRowForm.RENEW, GrantRowForm.ADD)


@form_page
@login_required
def certificate_grant(request: SignedIn) -> HttpResponse:
    """``?membership=`` (repeated), ``?team=&pick=all`` with the filters of its list, or ``?organization=``:
    whom and what; posted, the sheet; posted again, the act."""
    holding(Right.EDIT_MEMBER)(request.user).require()
    members = list(_members(request))
    kind = CertificateKind.objects.in_use().filter(pk=_asked(request, "kind")[:20]).first()
    if request.method == "POST" and kind is not None and members and _asked(request, "stage") in ("fill", "grant"):
        return _sheet(request, kind, members)
    if not members and not _asked(request, "organization"):
        return pick_place(
            request, title=_("批量发证：先选单位"), right=Right.EDIT_MEMBER,
            url=lambda place: f"{reverse('people:certificate_grant')}?organization={place.pk}",
        )  # fmt: skip
    return _choose(request, members, wrong=request.method == "POST")


def _asked(request: SignedIn, name: str) -> str:
    found = request.POST.get(name) if request.method == "POST" else None
    return found or request.GET.get(name, "")


def _members(request: SignedIn) -> QuerySet[Membership]:
    """Those chosen whom the person keeps; without a choice nobody."""
    rows = _kept(request)
    if request.method != "POST" and request.GET.get("pick") == ALL:
        rows = rows.filter(organization=key(request.GET.get("team", "")))
    return picked(request, rows)[: MOST + 1]


def _kept(request: SignedIn) -> QuerySet[Membership]:
    rows = Membership.objects.current().filter(reach(request.user, Right.EDIT_MEMBER, at="organization"))
    return rows.select_related("person", "organization").order_by("organization__path", "number", "pk")


# -- whom and what --------------------------------------------------------------------------------------------
def _choose(request: SignedIn, members: list[Membership], *, wrong: bool) -> HttpResponse:
    chosen = {row.pk for row in members}
    place, rows = None, members
    if _asked(request, "organization"):
        place = _place(request)
        rows = list(_kept(request).filter(organization__path__startswith=place.path)[: MOST + 1])
    everyone = request.GET.get("all") == "1"
    if wrong:
        messages.error(request, _("请勾选要发证的人，并选择证书种类。"))
    here = f"{reverse('people:certificate_grant')}?organization={place.pk}" if place else ""
    context = {
        "title": _("批量发证：选人"),
        "place": place,
        "rows": [{"membership": row, "chosen": everyone or row.pk in chosen} for row in rows[:MOST]],
        "more": len(rows) > MOST,
        "most": MOST,
        "kinds": CertificateKind.objects.in_use(),
        "kind": _asked(request, "kind"),
        "all_url": f"{here}&all=1" if here and not everyone else "",
        "none_url": here if everyone else "",
        "cancel_url": roster_url(place) if place else reverse("people:certificate_list"),
    }
    return render(request, "people/certificate_grant_choose.html", context)


def _place(request: SignedIn) -> Organization:
    place: Organization = seen(Organization.objects.visible_to(request.user), key(_asked(request, "organization")))
    can(request.user, Right.EDIT_MEMBER, place).require()
    return place


# -- the sheet ------------------------------------------------------------------------------------------------
def _sheet(request: SignedIn, kind: CertificateKind, members: list[Membership]) -> HttpResponse:
    """``stage=fill`` shows it empty, ``stage=grant`` acts on it."""
    acts = request.POST.get("stage") == "grant"
    once = {row.person_id: row for row in reversed(members)}  # one who is in two teams gets one certificate
    form = GrantForm(request.POST) if acts else GrantForm(initial={"kind": kind.pk})
    lines = sheet_of(request.POST if acts else None, reversed(once.values()), kind, by=request.user)
    if acts and are_valid(form, lines):
        try:
            done = grant(recipients_of(form, lines), terms_of(form), by=request.user)
        except GrantRefused as refused:
            show_refused(form, lines, refused)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tell_granted(request, len(done.certificates), done.to_verify, done.renewed)
            return redirect(_after(members))
    context = sheet_context(form, kind, lines) | {
        "title": _("批量发证：%(kind)s") % {"kind": kind.name}, "cancel_url": _after(members),
    }  # fmt: skip
    return render(request, "people/certificate_grant.html", context)


# -- what the sheet of a training uses as well ------------------------------------------------------------------
def sheet_context(form: GrantForm, kind: CertificateKind, lines: list[Line]) -> dict[str, Any]:
    """What ``people/certificate_grant.html`` reads, but title and ``cancel_url``."""
    return {
        "form": form,
        "kind": kind,
        "lines": lines,
        "submit_label": _("登记这些证书"),
        "sections": [
            {"title": title, "fields": [form[name] for name in names]}
            for title, names in (
                (_("证书"), ("issuer", "issued_on", "expires_on", "is_lasting")),
                (_("编号和来源"), ("prefix_text", "first_number", "level", "source")),
            )
        ],
    }


def sheet_of(data: Any, members: Iterable[Membership], kind: CertificateKind, *, by: User) -> list[Line]:
    rows = list(members)
    held = held_by([row.person_id for row in rows], kind)
    ends = renewable(held, by)
    return [_line_of(data, row, held.get(row.person_id), row.person_id in ends) for row in rows]


def _line_of(data: Any, row: Membership, held: Certificate | None, may_renew: bool) -> Line:
    again = GrantRowForm.RENEW if may_renew else GrantRowForm.ADD
    act = GrantRowForm.SKIP if held is None or is_good_for_long(held) else again
    initial = {"held": held.pk if held else 0, "act": act}
    form = GrantRowForm(data, initial=initial, prefix=f"p{row.person_id}", may_renew=may_renew)
    return Line(row, held, form)


def is_good_for_long(held: Certificate) -> bool:
    """Who holds it gets another only where that is asked for."""
    return held.expires_on is None or held.expires_on > timezone.localdate() + timedelta(days=NEAR)


def are_valid(form: GrantForm, lines: Iterable[Line]) -> bool:
    sound = form.is_valid()
    for line in lines:
        if not line.form.is_valid():
            line.error = " ".join(str(error) for errors in line.form.errors.values() for error in errors)
            sound = False
    if sound and all(line.is_left_out for line in lines):
        form.add_error(None, _("名单里的人都选了“不发”。"))
        sound = False
    return sound


def recipients_of(form: GrantForm, lines: Iterable[Line]) -> list[Recipient]:
    first = form.cleaned_data["first_number"]
    running = numbers_from(form.cleaned_data["prefix_text"], first) if first else None
    found = []
    for line in lines:
        given = line.form.cleaned_data
        if line.is_left_out:
            continue
        number = given["number"] or (next(running) if running else "")
        renew = given["act"] == GrantRowForm.RENEW
        found.append(Recipient(line.membership.person, number, given["held"] or 0, renew))
    return found


def terms_of(form: GrantForm) -> Terms:
    return Terms(**{field.name: form.cleaned_data[field.name] for field in fields(Terms)})


def show_refused(form: GrantForm, lines: Iterable[Line], refused: GrantRefused) -> None:
    for line in lines:
        line.error = refused.by_person.get(line.membership.person_id, "")
    words = {"n": len(refused.by_person)}
    form.add_error(None, _("有 %(n)d 人不能发，谁都还没有发。请看名单里标红的行。") % words)


def tell_granted(request: SignedIn, number: int, to_verify: int, renewed: int) -> None:
    said = [_("已登记 %(n)d 本证书。") % {"n": number}]
    if renewed:
        said.append(_("其中换发 %(n)d 本，原证已停用。") % {"n": renewed})
    if to_verify:
        said.append(_("%(n)d 本待红十字会核验。") % {"n": to_verify})
    messages.success(request, "".join(said))


def _after(members: list[Membership]) -> str:
    places = {row.organization_id: row.organization for row in members}
    return roster_url(next(iter(places.values()))) if len(places) == 1 else reverse("people:certificate_list")
