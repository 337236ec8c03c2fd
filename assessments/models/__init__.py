"""Standards, gradings, annual assessments, the run of reports."""

from assessments.models.annual import Adjustment, Campaign, FollowUp, Review, ReviewScore, Snapshot
from assessments.models.grading import Grading, GradingClaim, PanelMember, ScoreMark, SettledScore, TeamGrade
from assessments.models.member import MemberAssessment, MemberScore
from assessments.models.objection import Objection
from assessments.models.run import ReportDocument, ReportRun
from assessments.models.standard import Conclusion, Indicator, Standard

__all__ = [
    "Adjustment",
    "Campaign",
    "Conclusion",
    "FollowUp",
    "Grading",
    "GradingClaim",
    "Indicator",
    "MemberAssessment",
    "MemberScore",
    "Objection",
    "PanelMember",
    "ReportDocument",
    "ReportRun",
    "Review",
    "ReviewScore",
    "ScoreMark",
    "SettledScore",
    "Snapshot",
    "Standard",
    "TeamGrade",
]
