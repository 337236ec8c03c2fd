"""场次 of an activity: laid from its times, changed by hand where the days differ."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import refuse
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.moves import refused
from training.activities.sections import SLOTS, section_named
from training.forms.slots import SlotRows
from training.views.activity_common import activity_page
from training.views.activity_edit import _after, editable, section_context


@form_page
@login_required
def activity_slots(request: SignedIn, pk: int) -> HttpResponse:
    page = activity_page(request, pk, "training:activity_detail")
    activity = page.activity
    answer = editable(request, page)
    if answer:
        return answer
    part = section_named(activity.kind, SLOTS)
    assert part is not None, "every kind has its slots"
    more = request.POST.get("action") == "more"
    rows = SlotRows(activity, request.POST if request.method == "POST" else None, more=more)
    if request.method == "POST" and not more and rows.is_valid():
        try:
            rows.keep(by=request.user)
        except MoveNotAllowed as error:
            return refused(request, activity, error)
        except ValidationError as error:
            refuse(rows.head, error)
        else:
            messages.success(request, _("场次已保存。"))
            return redirect(_after(activity, part, request.POST.get("action", "")))
    context = section_context(activity, part) | {"rows": rows, "row_template": rows.empty, "forms": rows.forms}
    return render(request, "training/activity_slots.html", context)
