from teams.models.category import Category
from teams.models.coverage import Coverage
from teams.models.emblem import EmblemItem
from teams.models.filing import Filing
from teams.models.post import TeamPost
from teams.models.rounds import ExitItem, FieldComment, FilingRound, FilingStep, Opinion
from teams.models.rules import CheckSetting, FilingRule, PaperKind, Phrase, RulePaper, RuleStep
from teams.models.team import Team

__all__ = [
    "Category",
    "CheckSetting",
    "Coverage",
    "EmblemItem",
    "ExitItem",
    "FieldComment",
    "Filing",
    "FilingRound",
    "FilingRule",
    "FilingStep",
    "Opinion",
    "PaperKind",
    "Phrase",
    "RulePaper",
    "RuleStep",
    "Team",
    "TeamPost",
]
