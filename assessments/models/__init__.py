"""Standards, gradings, annual assessments, the run of reports."""

from assessments.models.campaign import Campaign
from assessments.models.follow_up import FollowUp
from assessments.models.grade import TeamGrade
from assessments.models.grading import Grading, GradingClaim
from assessments.models.member import MemberAssessment, MemberScore
from assessments.models.objection import Objection
from assessments.models.panel import PanelMember, ScoreMark, SettledScore
from assessments.models.review import Adjustment, Review, ReviewScore, Snapshot
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
