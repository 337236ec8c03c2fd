"""Which standards are for a team: those of its categories; of the emergency scheme, where it is registered."""

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from assessments.choices import Specialty
from assessments.models import Standard
from teams.choices import Registration
from teams.models import Team

# Which 专业 of the emergency scheme a category can be compared with; others have none.
SPECIALTIES: dict[str, tuple[str, ...]] = {
    "medical": (Specialty.MEDICAL,),
    "transfer": (Specialty.MEDICAL,),
    "sar": (Specialty.COLLAPSE, Specialty.MOUNTAIN),
    "aquatic": (Specialty.WATER, Specialty.DIVING),
}


def keys_of(team: Team) -> list[str]:
    """Its categories, the main one first."""
    main = [team.main_category_id] if team.main_category_id else []
    return [*main, *(key for key in team.other_categories if key not in main)]


def closed_to(standard: Standard, team: Team) -> StrOrPromise:
    """Why the standard does not apply to the team; empty where it does."""
    if not standard.civil_only or team.registration == Registration.CIVIL:
        return ""
    if team.registration == Registration.DOCUMENT:
        return _(
            "不适用：应急〔2024〕83号第二条规定，应急管理部门的测评只面向在民政部门登记的社会组织。"
            "本队是红十字会发文备案的队伍，不参加这项测评，不算未达标。"
        )
    return _("不适用：这项测评只面向在民政部门登记的社会组织（应急〔2024〕83号第二条），本队还没有完成登记。")
