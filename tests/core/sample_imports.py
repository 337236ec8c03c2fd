"""Imports over a plain model, for the tests of the shared import itself."""

from django import forms
from django.urls import path

from core.decisions import Decision, no, yes
from core.imports import Choice, Column, Day, ImportView, Lookup, Resource, YesNo
from organizations.models import Division, Organization, User
from organizations.permissions import access
from organizations.roles import Right
from portal.urls import urlpatterns as product


class DivisionForm(forms.ModelForm):
    class Meta:
        model = Division
        fields = ["code", "name", "parent", "level", "is_gb2260"]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not code.isdigit() or len(code) != 6:
            raise forms.ValidationError("区划代码是 6 位数字。")
        return code

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("level") == Division.Level.FUNCTIONAL and cleaned.get("is_gb2260"):
            raise forms.ValidationError("功能区没有国标代码。")
        return cleaned


class DivisionResource(Resource):
    form_class = DivisionForm

    code = Column("code", "区划代码", also=["代码", "编码"], required=True, example="150400")
    name = Column("name", "名称", also=["区划名称"], required=True)
    parent = Column(
        "parent",
        "上级",
        also=["上级区划"],
        widget=Lookup(lambda by: Division.objects.all(), ["code", "name"], noun="区划"),
    )
    level = Column("level", "级别", required=True, widget=Choice(Division.Level.choices, also={"旗县": "county"}))
    is_gb2260 = Column("is_gb2260", "国标代码", widget=YesNo())

    class Meta(Resource.Meta):
        model = Division
        fields = ("code", "name", "parent", "level", "is_gb2260")
        import_id_fields = ("code",)


class DivisionImport(ImportView):
    resource_class = DivisionResource
    title = "导入区划"
    list_url = "/sample/"

    def permission(user: User) -> Decision:  # noqa: N805 - called as a function of the user
        return yes("") if Right.MANAGE_TREE in access(user) else no("您没有维护区划的职责。")


class OfficeResource(Resource):
    """Updates only: what an office itself may say, by the model's own rules."""

    code = Column("code", "机构代码", required=True)
    contact = Column("contact", "联系人")
    mobile = Column("mobile", "手机", also=["手机号", "联系电话"])
    valid_from = Column("valid_from", "设立日期", widget=Day())

    class Meta(Resource.Meta):
        model = Organization
        fields = ("code", "contact", "mobile", "valid_from")
        import_id_fields = ("code",)

    def may_change(self, instance: Organization) -> str:
        return "" if Organization.objects.visible_to(self.by).filter(pk=instance.pk).exists() else "这个机构不归您管。"


class OfficeImport(ImportView):
    resource_class = OfficeResource
    title = "更新机构联系信息"

    def permission(user: User) -> Decision:  # noqa: N805 - called as a function of the user
        return yes("")


urlpatterns = [
    path("sample/divisions/", DivisionImport.as_view(), name="sample_division_import"),
    path("sample/offices/", OfficeImport.as_view(), name="sample_office_import"),
    *product,
]
