"""Choosing the account of a member."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organizations.models import User


class AccountLinkForm(forms.Form):
    account = forms.ModelChoiceField(User.objects.none(), label=_("账号"), empty_label=_("请选择"))

    def __init__(self, *args: Any, accounts: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = accounts
        field.label_from_instance = lambda account: f"{account.name}（{account.username}）"
