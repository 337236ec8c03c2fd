"""Forms of the year's campaign."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.batch import hold_public, move_publicity
from assessments.choices import Purpose
from assessments.models import Campaign, Standard
from assessments.publicity.days import check_days, least_said
from assessments.states import CampaignState, StandardState
from core.forms import VersionedForm, refuse
from core.pickers import days_first
from organizations.validators import validate_text, validate_visible

DAYS = ("report_by", "score_by", "decide_by")


class CampaignForm(VersionedForm):
    """The calendar reminds; nothing is decided because a day has passed. Once it is open, year, standard and the day of
    the records stay as they are."""

    class Meta:
        model = Campaign
        fields = ["year", "standard", "data_until", "document_number", *DAYS, "public_from", "public_until", "note"]
        error_messages = {"year": {"unique": gettext_lazy("这一年的年度考核已经建立，请到“年度考核”里办理。")}}
        help_texts = {
            "data_until": gettext_lazy("全年的数据读到这一天为止，一般是 12 月 31 日；到了这一天队伍才能报送。"),
            "document_number": gettext_lazy("例：内红发〔2026〕12号。没有发文的不填。"),
            "report_by": gettext_lazy("只用来提醒，过了日子也能报送。"),
            "public_from": gettext_lazy("现在定不下来的可以不填，公示的时候再填。"),
            "note": gettext_lazy("对队伍和盟市的要求，显示在考核页面上。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)
        self.fields["document_number"].validators.append(validate_visible)
        self.fields["note"].validators.append(validate_text)
        standard: Any = self.fields["standard"]
        rows = Standard.objects.filter(purpose=Purpose.ANNUAL, state=StandardState.PUBLISHED)
        standard.queryset = (
            rows if not self.instance.pk else rows | Standard.objects.filter(pk=self.instance.standard_id)
        )
        standard.empty_label = _("请选择")
        if not standard.queryset.exists():
            standard.help_text = _("没有已发布的年度考核标准，请先到“测评标准”里发布。")
        if self.instance.state != CampaignState.DRAFT:
            for name in ("year", "standard", "data_until"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        year = cleaned.get("year") or self.instance.year
        until = cleaned.get("data_until") or self.instance.data_until
        if until and year and not year <= until.year <= year + 1:
            self.add_error("data_until", _("数据截止日要在考核年度内，最迟到下一年。"))
        self._in_order(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Days of a publicity that is on are corrected with the campaign's."""
        with transaction.atomic():
            if self.instance.pk and {"public_from", "public_until"} & {*self.changed_data}:
                hold_public(self.instance)
            then = Campaign.objects.filter(pk=self.instance.pk).values_list("public_from", "public_until").first()
            campaign = super().save(commit)
            if then is not None:
                move_publicity(campaign, then)
        return campaign

    def _in_order(self, cleaned: dict[str, Any]) -> None:
        """Each day not before the one it follows, the first not before the day of the records: nobody can hand in
        earlier. A publicity may have been early: its days are compared when they are planned, not whenever something
        else is changed."""
        public = ("public_from", "public_until")
        last: Any = cleaned.get("data_until") or self.instance.data_until
        for name in (*DAYS, *(public if {*public} & {*self.changed_data} else ())):
            day = cleaned.get(name)
            if day and last and day < last:
                self.add_error(name, _("这个日期早于前一步的日期（%(day)s）。") % {"day": last})
            last = day or last
        if cleaned.get("public_until") and not cleaned.get("public_from"):
            self.add_error("public_from", _("填了公示止，还要填公示起。"))
        elif cleaned.get("public_until") and not self.errors:
            try:
                check_days(cleaned["public_from"], cleaned["public_until"])
            except ValidationError as error:
                refuse(self, error)


class PublicityForm(forms.Form):
    """From when to when all decided results are public."""

    public_from = forms.DateField(label=gettext_lazy("公示起"))
    public_until = forms.DateField(label=gettext_lazy("公示止"))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        planned, today = (campaign.public_from, campaign.public_until), timezone.localdate()
        # the days of an earlier go, or a plan that was not kept, are not the days of this one
        first, last = planned if planned[0] and planned[0] >= today else (today, None)
        kwargs["initial"] = {"public_from": first, "public_until": last}
        super().__init__(*args, **kwargs)
        days_first(self)
        self.fields["public_from"].help_text = _("已经在别处公示过的，填当时的日期。")
        self.fields["public_until"].help_text = least_said()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            check_days(cleaned.get("public_from"), cleaned.get("public_until"))
        return cleaned


class CommentForm(forms.Form):
    """Why a campaign is taken up again."""

    comment = forms.CharField(label=gettext_lazy("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
