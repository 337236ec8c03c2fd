"""What an account request must hold before it is handed in. The form, the API and the workflow ask here."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import masking
from core.forms import same, shown
from core.models import WorkflowEvent
from organizations.accounts import check_fit
from organizations.models import AccountRequest, User
from organizations.states import RequestState
from organizations.validators import validate_year

FIELDS = ("name", "username", "phone", "email", "organization", "role", "starts_on", "basis", "note")
NEEDED = {
    "role": gettext_lazy("请选择职责。"),
    "name": gettext_lazy("请填写姓名。"),
    "username": gettext_lazy("请填写登录名。"),
    "phone": gettext_lazy("请填写手机，开通后按它通知本人。"),
    "basis": gettext_lazy("请写明任职依据，例如会议纪要或通知文号。"),
}


def problems(request: AccountRequest) -> dict[str, str]:
    """Field → what is wrong with it; empty when the request can be handed in."""
    found = {name: str(message) for name, message in NEEDED.items() if not getattr(request, name)}
    for name in ("name", "username", "phone", "email"):
        if name not in found and getattr(request, name):
            message = _refused(name, getattr(request, name))
            if message:
                found[name] = message
    if "username" not in found:
        taken = _taken(request)
        if taken:
            found["username"] = taken
    if "role" not in found:
        try:
            check_fit(request.role, request.organization)
        except ValidationError as error:
            found["role"] = error.messages[0]
    if request.starts_on and request.starts_on < timezone.localdate() and request.submitted_at is None:
        found["starts_on"] = _("任职起不能早于今天；已经到岗的请留空，从开通时起算。")
    elif request.starts_on:
        try:
            validate_year(request.starts_on)
        except ValidationError as error:
            found["starts_on"] = error.messages[0]
    return found


def _refused(name: str, value: str) -> str:
    try:
        field: Any = User._meta.get_field(name)
        field.clean(value, None)
    except ValidationError as error:
        return error.messages[0]
    return ""


def _taken(request: AccountRequest) -> str:
    if User.objects.filter(username=request.username).exists():
        return _("这个登录名已经有人用了。")
    open_states = [RequestState.SUBMITTED, RequestState.RETURNED]
    other = (
        AccountRequest.objects.filter(username=request.username, state__in=open_states).exclude(pk=request.pk).first()
    )
    return _("另一件申请（%(number)s）已用这个登录名。") % {"number": other.number} if other else ""


def label_of(name: str) -> Any:
    """How the form calls a field."""
    field: Any = AccountRequest._meta.get_field(name)
    return field.verbose_name


def masked(record: Any, name: str) -> str:
    """A field's value as whoever does not keep it up to date may read it: telephone and address hidden in part."""
    hide = {"phone": masking.phone, "email": masking.email}.get(name)
    value = getattr(record, name)
    return hide(value) if hide and value else shown(record, name)


def last_return(request: AccountRequest) -> WorkflowEvent | None:
    """The latest return, with the comment and, in ``facts["fields"]``, the comments on single fields."""
    return WorkflowEvent.objects.of(request).filter(action="return_for_changes").select_related("by").last()


def field_comments(event: WorkflowEvent | None) -> list[dict[str, Any]]:
    """Comments of a return as ``{name, label, comment}`` in the order of the form."""
    given = event.facts.get("fields", {}) if event else {}
    return [{"name": name, "label": label_of(name), "comment": given[name]} for name in FIELDS if given.get(name)]


def changes_since(request: AccountRequest, event: WorkflowEvent | None) -> list[dict[str, Any]]:
    """What the asking side changed after a return, as ``{label, old, new}``, read from the row's history."""
    if event is None:
        return []
    history = request.tracked_events.order_by("pgh_id")  # type: ignore[attr-defined]
    # What lay with the decider: the last row before the asking side had it back. By pgh_id, not by time, because
    # rows of one transaction bear the same time.
    mending = history.filter(state=RequestState.RETURNED).reverse().values("pgh_id")[:1]
    before = history.filter(state=RequestState.SUBMITTED, pgh_id__lt=Subquery(mending)).last()
    return [
        {"label": label_of(name), "old": masked(before, name), "new": masked(request, name)}
        for name in FIELDS
        if before and not same(getattr(before, name), getattr(request, name))
    ]
