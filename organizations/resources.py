"""Accounts from a spreadsheet: each row opens one account and, where it names a duty, appoints."""

from typing import Any

from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports import Choice, Column, Day, Resource
from organizations import accounts
from organizations.forms import AccountForm
from organizations.lookup import PlaceLookup
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import ROLE_CHOICES, Right, RoleKey


def _places(by: User) -> QuerySet[Organization]:
    return Organization.objects.staying().filter(reach(by, Right.MANAGE_ACCOUNT, at=""))


# What lists call a duty beside its name.
ALSO = {
    "领导": RoleKey.LEADER,
    "领导(只读)": RoleKey.LEADER,
    "审核员": RoleKey.REVIEWER,
    "审核人": RoleKey.REVIEWER,
    "经办人": RoleKey.CLERK,
    "经办员": RoleKey.CLERK,
}


class AccountResource(Resource):
    """The same form as the page 开账号, row by row. Passwords are set afterwards, one person at a time."""

    name = Column("name", gettext_lazy("姓名"), also=["人员", "名字"], required=True, example="王小明")
    username = Column("username", gettext_lazy("登录名"), also=["账号", "用户名"], required=True, example="wangxm")
    organization = Column(
        "organization", gettext_lazy("单位"), also=["所在单位", "机构", "任职单位"], required=True,
        example="松山区红十字会", widget=PlaceLookup(_places),
    )  # fmt: skip
    role = Column(
        "role", gettext_lazy("职责"), also=["角色", "岗位"], example="经办", widget=Choice(ROLE_CHOICES, ALSO)
    )
    phone = Column("phone", gettext_lazy("手机"), also=["手机号", "联系电话"], example="13800000000")
    email = Column("email", gettext_lazy("邮箱"), also=["电子邮箱", "email"])
    starts_on = Column("starts_on", gettext_lazy("任职起"), also=["任职时间", "开始日期"], widget=Day())
    basis = Column("basis", gettext_lazy("依据"), also=["任职依据", "文号"], example="2026年第3次会议纪要")

    form_class = AccountForm
    always = frozenset(["basis"])
    filled_down = frozenset(["organization", "role", "starts_on", "basis"])

    class Meta(Resource.Meta):
        model = User
        fields = ("name", "username", "organization", "role", "phone", "email", "starts_on", "basis")
        import_id_fields = ("username",)

    def row_form(self, instance: Model, data: dict[str, Any]) -> ModelForm:
        place = instance.organization  # type: ignore[attr-defined]
        return AccountForm(data, instance=User(organization=place), organization=place)

    def may_change(self, instance: Model) -> str:
        return _("登录名“%(username)s”已经有人用了；导入只开新账号。") % {"username": instance.username}  # type: ignore[attr-defined]

    def save_row(self, instance: Model, *, is_new: bool) -> None:
        assert isinstance(self.form, AccountForm)
        assert isinstance(instance, User)
        account = accounts.create_account(by=self.by, organization=instance.organization, **self.form.account_facts())
        accounts.give_first_duty(account, by=self.by, **self.form.duty_facts())
