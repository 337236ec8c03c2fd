"""Training and drills: the catalogue, the year's plan, activities with their roll, problems found."""

from training.models.activity import Activity, ActivityTeam, DrillTemplate, Evaluation, Teaching
from training.models.catalogue import (
    Base,
    Course,
    CourseVersion,
    Instructor,
    InstructorAssessment,
    Lesson,
    Subject,
)
from training.models.keeping import CalendarFeed, TrainingSetting
from training.models.plan import Plan, PlanItem
from training.models.problem import Problem
from training.models.roll import Attendance, Mark, MarkSettlement, PaperSheet, Participation, Poster, Slot

__all__ = [
    "Activity",
    "ActivityTeam",
    "Attendance",
    "Base",
    "CalendarFeed",
    "Course",
    "CourseVersion",
    "DrillTemplate",
    "Evaluation",
    "Instructor",
    "InstructorAssessment",
    "Lesson",
    "Mark",
    "MarkSettlement",
    "PaperSheet",
    "Participation",
    "Plan",
    "PlanItem",
    "Poster",
    "Problem",
    "Slot",
    "Subject",
    "Teaching",
    "TrainingSetting",
]
