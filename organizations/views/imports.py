"""Accounts from a spreadsheet."""

from django.utils.translation import gettext_lazy

from core.imports import ImportView
from organizations.resources import AccountResource
from organizations.roles import Right
from organizations.views.common import holding


class UserImport(ImportView):
    resource_class = AccountResource
    title = gettext_lazy("导入账号")
    permission = holding(Right.MANAGE_ACCOUNT)
    list_url = "organizations:user_list"
