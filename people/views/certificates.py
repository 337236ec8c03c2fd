"""Certificates: all there are, one, entering and correcting it, verifying one or several, and the kinds."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.attachments.panel import panels, pictures_of, rows_of
from core.forms import saved
from core.history.as_at import events_of
from core.keys import versions_ticked
from core.lists import ListView
from core.lists.filters import RESERVED
from core.methods import form_page
from core.together import together as together_read
from core.workflow import Move
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import make_move
from organizations.views.timeline import changes
from people.filters.papers import CertificateFilter
from people.forms.certificates import END_HELP, REFUSE_HELP, CertificateForm, ReasonForm
from people.models import Certificate, Membership, Person
from people.models.person import SCAN
from people.papers.verifying import MOST, after, left_out, move, together, verify_together, why_not
from people.states import STANDING, CertificateState
from people.tables.papers import CERTIFICATE_TONES, CertificateTable, days_left
from people.workflow import CERTIFICATE

SINGLY = 20  # of those to be looked at one by one, listed below the batch
NEEDS_REASON = {"refuse": REFUSE_HELP, "end": END_HELP}


def team_names(user: Any, person: str = "person") -> ArraySubquery:
    """Short names of the teams a person is in now, of those ``user`` may see."""
    rows = Membership.objects.visible_to(user).current().filter(person=OuterRef(person))
    return ArraySubquery(rows.order_by("-is_main", "organization__path").values("organization__short_name"))


class CertificateList(ListView):
    request: SignedIn
    model = Certificate
    table_class = CertificateTable
    filterset_class = CertificateFilter
    list_name = "people:certificate_list"
    title = gettext_lazy("证书")
    permission = holding(Right.VIEW_MEMBER)
    as_at_model = events_of(Certificate)
    template_name = "people/certificate_list.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(team_names=team_names(self.request.user))

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        return {
            **super().get_context(),
            "search_hint": _("姓名，或者完整的证书编号"),
            "empty_hint": _("证书在人员页面上登记，队员也可以自己拍照报来。"),
            "may_verify": Right.VERIFY_MEMBER in held,
            "may_grant": Right.EDIT_MEMBER in held,
            "batch_url": f"{reverse('people:certificate_batch')}?{self._narrowed()}",
        }

    def _narrowed(self) -> str:
        """What the list was narrowed to, for the batch: by kind and place, not by state."""
        asked = self.request.GET.copy()
        for name in [*RESERVED, "state"]:
            asked.pop(name, None)
        return asked.urlencode()


# -- one ----------------------------------------------------------------------------------------------------
def _certificate(request: SignedIn, pk: int) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("person", "kind", "verified_by")
    # every move asks where the person is
    there = Prefetch("person__memberships", Membership.objects.select_related("organization"))
    found: Certificate = seen(rows.prefetch_related(there), pk)
    return found


@require_safe
@login_required
def certificate_detail(request: SignedIn, pk: int) -> HttpResponse:
    certificate = _certificate(request, pk)
    possible = CERTIFICATE.available_actions(certificate, request.user)
    waits = any(one.action == "verify" for one in possible)
    queue = after(request.user, certificate) if waits else Certificate.objects.none()
    found = together_read(scans=rows_of(certificate).filter(kind=SCAN), queue=queue[:1], newer=_newer(certificate))
    context = {
        "title": certificate.kind.name,
        "certificate": certificate,
        "facts": _facts(certificate, next(iter(found["newer"]), None)),
        "tone": CERTIFICATE_TONES[CertificateState(certificate.state)],
        "near": days_left(certificate.expires_on) if certificate.state in STANDING else None,
        "scans": panels(certificate, request.user, [SCAN], rows=found["scans"])[SCAN],
        "moves": [
            {"action": one.action, "label": one.label, "tone": one.tone, "needs_comment": one.action in NEEDS_REASON}
            for one in possible
        ],
        "lacking": _lacking(certificate) if waits else [],
        "next_one": next(iter(found["queue"]), None),
        "move_url": reverse("people:certificate_move", args=[certificate.pk]),
        "version": certificate.version,
        "may_edit": certificate.state != CertificateState.ENDED and bool(certificate.can_edit(request.user)),
        "history": changes(certificate),
    }
    return render(request, "people/certificate_detail.html", context)


def _lacking(certificate: Certificate) -> list[str]:
    """What who verifies should read off the photo first."""
    fields: Any = [Certificate._meta.get_field(name) for name in ("number", "issuer")]
    return [str(field.verbose_name) for field in fields if not getattr(certificate, field.name)]


def _newer(certificate: Certificate) -> QuerySet[Certificate]:
    """What the person holds of the kind in place of one that counts no more."""
    over = certificate.expires_on is not None and certificate.expires_on < timezone.localdate()
    if certificate.state in STANDING and not over:
        return Certificate.objects.none()
    same = Certificate.objects.standing().filter(person=certificate.person_id, kind=certificate.kind_id)
    later = same.exclude(pk=certificate.pk).filter(issued_on__gte=certificate.issued_on)
    return later.order_by("-issued_on", "-pk")[:1]


def _facts(certificate: Certificate, newer: Certificate | None) -> list[dict[str, Any]]:
    verified = ""
    if certificate.verified_by:
        verified = f"{certificate.verified_by} {timezone.localtime(certificate.verified_at):%Y-%m-%d}"
    lines = (
        (_("持证人"), certificate.person, certificate.person.get_absolute_url()),
        (_("证书编号"), certificate.shown_number or "—", ""),
        (_("级别"), certificate.level, ""),
        (_("发证机构"), certificate.issuer or "—", ""),
        (_("发证日期"), f"{certificate.issued_on:%Y-%m-%d}", ""),
        (_("有效至"), f"{certificate.expires_on:%Y-%m-%d}" if certificate.expires_on else _("长期"), ""),
        (_("来源"), certificate.source, ""),
        (_("核验"), verified, ""),
        (_("原因"), certificate.reason, ""),
        (_("现在的证书"), newer and _("%(day)s 发的同种证书") % {"day": newer.issued_on.isoformat()},
         newer.get_absolute_url() if newer else ""),
    )  # fmt: skip
    return [{"label": label, "value": value, "url": url} for label, value, url in lines if value]


@form_page
@login_required
def certificate_create(request: SignedIn, person: int) -> HttpResponse:
    holder: Person = seen(Person.objects.visible_to(request.user), person)
    holder.may(request.user, Right.EDIT_MEMBER).require()
    form = CertificateForm(request.POST or None, instance=Certificate(person=holder), by=request.user)
    title = _("登记%(name)s的证书") % {"name": holder.name}
    return _saved(request, form, title=title, cancel=holder.get_absolute_url())


@form_page
@login_required
def certificate_edit(request: SignedIn, pk: int) -> HttpResponse:
    certificate = _certificate(request, pk)
    certificate.can_edit(request.user).require()
    if certificate.state == CertificateState.ENDED:
        messages.error(request, _("这本证书已经停用，不能再改。"))
        return redirect(certificate)
    form = CertificateForm(request.POST or None, instance=certificate, by=request.user)
    title = _("更正%(name)s的%(kind)s") % {"name": certificate.person.name, "kind": certificate.kind}
    return _saved(request, form, title=title, cancel=certificate.get_absolute_url())


def _saved(request: SignedIn, form: CertificateForm, *, title: str, cancel: str) -> HttpResponse:
    """Show, check and save; back to the certificate, where the scan is uploaded."""
    if request.method == "POST" and form.is_valid() and (certificate := saved(form)) is not None:
        waits = certificate.state == CertificateState.REPORTED
        messages.success(request, _("证书已保存，待红十字会核验。") if waits else _("证书已保存。"))
        return redirect(certificate)
    keep = f"certificate-{form.instance.pk or f'of-{form.instance.person_id}'}"
    context = {"title": title, "form": form, "stale": form.clashes, "cancel_url": cancel, "keep_key": keep}
    return render(request, "people/certificate_form.html", context)


# -- moves --------------------------------------------------------------------------------------------------
@form_page
@login_required
def certificate_move(request: SignedIn, pk: int) -> HttpResponse:
    certificate = _certificate(request, pk)
    return make_move(
        request, certificate, CERTIFICATE, make=partial(move, certificate),
        form_of=lambda step, data: ReasonForm(data) if step.action in NEEDS_REASON else None,
        page=lambda step, form: _asking(certificate, step, form),
        done=lambda fresh, step: _moved(request, fresh, step),
    )  # fmt: skip


def _moved(request: SignedIn, certificate: Certificate, step: Move) -> HttpResponse:
    words = {"act": step.label, "name": certificate.person.name}
    if "next" not in request.POST:
        messages.success(request, _("%(act)s：已办理。") % words)
        return redirect(certificate)
    messages.success(request, _("%(act)s：%(name)s的已办理。") % words)
    if (following := after(request.user, certificate).first()) is not None:
        return redirect(following)
    messages.info(request, _("待核验的都办完了。"))
    return redirect("people:certificate_list")


def _asking(certificate: Certificate, step: Move, form: ReasonForm) -> dict[str, Any]:
    form.fields["reason"].help_text = NEEDS_REASON[step.action]
    consequences = {
        "refuse": [_("登记的人会看到原因，改正后可以重新报核。")],
        "end": [_("停用后不再计入持证，也不能恢复；记录保留。")],
    }
    if (before := _before(certificate)) is not None:
        said = _("以前的 %(number)s 已经停用，不会自动恢复。它本来还有效的，办完以后按原来的编号和日期重新登记。")
        consequences[step.action].append(said % {"number": before.shown_number})
    words = {"name": certificate.person.name, "kind": certificate.kind, "number": certificate.shown_number}
    return {
        "title": _("%(act)s：%(name)s的%(kind)s") % {**words, "act": step.label},
        "question": _("%(name)s的%(kind)s %(number)s") % words,
        "consequences": consequences[step.action],
        "tone": "danger",
    }


def _before(certificate: Certificate) -> Certificate | None:
    """What this one was given in place of, where by its own days it would be good today: without this one its holder
    stands without any."""
    same = Certificate.objects.filter(person=certificate.person_id, kind=certificate.kind_id).exclude(pk=certificate.pk)
    if same.filter(state__in=STANDING).exists():
        return None
    good = Q(expires_on=None) | Q(expires_on__gte=timezone.localdate())
    return same.filter(good, state=CertificateState.ENDED).order_by("-issued_on", "-pk").first()


# -- several at once ----------------------------------------------------------------------------------------
@form_page
@login_required
def certificate_batch(request: SignedIn) -> HttpResponse:
    """First the list of what is complete, narrowed by the filters of the list it was opened from; then one POST."""
    holding(Right.VERIFY_MEMBER)(request.user).require()
    if request.method == "POST":
        return _verify(request)
    narrowed = CertificateFilter(request.GET, queryset=together(request.user), request=request)
    rows = list(narrowed.qs[: MOST + 1])
    others = list(CertificateFilter(request.GET, queryset=left_out(request.user), request=request).qs[: SINGLY + 1])
    scans = pictures_of([*rows[:MOST], *others[:SINGLY]], SCAN)
    context = {
        "title": _("批量核验"),
        "rows": [{"certificate": row, "scans": scans[str(row.pk)]} for row in rows[:MOST]],
        "more": len(rows) > MOST,
        "most": MOST,
        "left_out": [
            {"certificate": row, "why": why_not(row, request.user), "scans": scans[str(row.pk)]}
            for row in others[:SINGLY]
        ],
        "left_more": len(others) > SINGLY,
        "singly": SINGLY,
        "back_url": f"{reverse('people:certificate_list')}?state=reported",
    }
    return render(request, "people/certificate_batch.html", context)


def _verify(request: SignedIn) -> HttpResponse:
    """Each ticked line carries what was shown: certificate and version."""
    chosen = versions_ticked(request.POST.getlist("pick")[:MOST])
    if not chosen:
        messages.warning(request, _("没有选中任何一本。"))
        return redirect("people:certificate_batch")
    outcomes = verify_together(chosen, by=request.user)
    failed = [outcome for outcome in outcomes if not outcome.done]
    done = len(outcomes) - len(failed)
    if not failed:
        messages.success(request, _("已核验 %(n)d 本。") % {"n": done})
        return redirect(f"{reverse('people:certificate_list')}?state=reported")
    context = {
        "title": _("批量核验的结果"), "done": done, "failed": failed,
        "back_url": f"{reverse('people:certificate_list')}?state=reported",
    }  # fmt: skip
    return render(request, "people/certificate_batch_done.html", context)
