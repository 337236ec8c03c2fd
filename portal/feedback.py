"""意见建议: on every page, as the rules on mobile government applications ask. It reaches the system
administrators as a notice; with none in office, the security administrators, who appoint them. With neither, the page
says that nothing was sent, and what was written stays in the form."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.language import in_chinese
from core.methods import form_page
from core.notices import notify
from organizations.models import User
from organizations.nearest import nearest_holders
from organizations.roles import Right
from organizations.signed_in import SignedIn


class FeedbackForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("想说什么"),
        max_length=1000,
        min_length=2,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("哪里不好用、哪里有错、还缺什么，都可以写。请不要写队员和群众的个人信息。"),
    )
    page = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


@form_page
@login_required
def feedback(request: SignedIn) -> HttpResponse:
    form = FeedbackForm(request.POST or None, initial={"page": request.GET.get("from", "")[:200]})
    if request.method == "POST" and form.is_valid():
        people = _readers(request.user)
        if people:
            _send(request.user, form.cleaned_data, people)
            messages.success(request, _("意见已送给%(who)s，谢谢。") % {"who": _("、").join(map(str, people))})
            return redirect("portal:home")
        form.add_error(None, _("现在没有系统管理员和安全管理员在任，意见没有送出。写的内容还在，请过几天再送。"))
    context = {
        "title": _("意见建议"),
        "form": form,
        "submit_label": _("送出"),
        "cancel_url": reverse("portal:home"),
        "keep_key": "feedback",
    }
    return render(request, "generic/form.html", context)


def _readers(by: User) -> list[User]:
    for right in (Right.MANAGE_SYSTEM, Right.MANAGE_ACCOUNT):
        if people := nearest_holders(right, by.organization):
            return people
    return []


def _send(by: User, said: dict[str, str], people: list[User]) -> None:
    body = said["text"]
    with in_chinese():
        title = _("意见建议：%(who)s（%(where)s）") % {"who": by, "where": by.organization}
        if said["page"]:
            body += "\n" + _("说的是：%(page)s") % {"page": said["page"]}
    notify(people, kind="feedback", title=title, body=body)
