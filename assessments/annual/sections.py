"""述职报告 in sections: which there are, in which order, and how far each is."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assessments.models import Review

SCORES = "scores"  # in ``Review.carried`` beside the sections: answers taken over from the year before
LONGEST = 5000  # characters of a section


@dataclass(frozen=True)
class Section:
    """:param needed: asked for at the hand-in; what is not needed and not written is left out of the report."""

    key: str
    title: StrOrPromise
    hint: StrOrPromise
    needed: bool = True


SECTIONS = (
    Section("basics", _("基本情况"), _("成立、归口、专业类别、驻地和管理层")),
    Section("party", _("党建工作"), _("党组织、学习和党员发挥作用的情况；没有的可以不写"), needed=False),
    Section("team", _("队伍建设"), _("招募和退出、制度、证书、保险、标志使用")),
    Section("training", _("培训演练"), _("全年办了哪些培训和演练，效果怎样")),
    Section("missions", _("执行任务"), _("参加救援、保障和社区服务的情况；没有的可以不写"), needed=False),
    Section("equipment", _("装备"), _("配备、维护、库存和缺口；没有的可以不写"), needed=False),
    Section("funds", _("经费"), _("来源、使用和审计；没有的可以不写"), needed=False),
    Section("problems", _("问题和不足"), _("发现的问题、整改到哪一步、还缺什么")),
    Section("plans", _("下年计划"), _("明年准备做的几件事")),
)


def section_named(key: str) -> Section | None:
    return next((one for one in SECTIONS if one.key == key), None)


def text_of(review: Review, key: str) -> str:
    return str((review.report or {}).get(key) or "")


def written(review: Review) -> list[tuple[Section, str]]:
    """What a report prints: the sections that have words."""
    return [(one, text_of(review, one.key)) for one in SECTIONS if text_of(review, one.key).strip()]


def around(section: Section) -> tuple[Section | None, Section | None, int, int]:
    """The one before, the one after, its number, how many there are."""
    at = SECTIONS.index(section)
    after = SECTIONS[at + 1] if at + 1 < len(SECTIONS) else None
    return (SECTIONS[at - 1] if at else None), after, at + 1, len(SECTIONS)


def standing(review: Review, section: Section, asked: Any = ()) -> tuple[str, StrOrPromise, str]:
    """Tone, words and icon of a section in the list of what is to be done. ``asked``: what a return wants mended."""
    if section.key in asked:
        return "warn", _("要改"), "back"
    if section.key in review.carried:
        return "todo", _("初稿，等您看过"), "draft"
    if text_of(review, section.key).strip():
        return "ok", _("写好了"), ""
    return ("todo", _("没有写"), "draft") if section.needed else ("off", _("没有写，可以不写"), "")
