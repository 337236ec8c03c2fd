"""Routes: gradings, grades, objections and appeals."""

from django.urls import URLPattern, path

from assessments.views import (
    grades,
    grading_begin,
    grading_claims,
    grading_detail,
    grading_edit,
    grading_list,
    grading_moves,
    grading_papers,
    grading_result,
    objections,
)

urlpatterns: list[URLPattern] = [
    path("gradings/", grading_list.GradingList.as_view(), name="grading_list"),
    path("gradings/new/", grading_begin.grading_create, name="grading_create"),
    path("gradings/team/", grading_begin.grading_team, name="grading_team"),
    path("gradings/<int:pk>/", grading_detail.grading_detail, name="grading_detail"),
    path("gradings/<int:pk>/edit/<slug:section>/", grading_edit.grading_edit, name="grading_edit"),
    path("gradings/<int:pk>/autosave/<slug:section>/", grading_edit.grading_autosave, name="grading_autosave"),
    path("gradings/<int:pk>/claims/", grading_claims.grading_claims, name="grading_claims"),
    path("gradings/<int:pk>/claims/<int:indicator>/", grading_claims.grading_comment, name="grading_comment"),
    path("gradings/<int:pk>/move/", grading_moves.grading_move, name="grading_move"),
    path("gradings/<int:pk>/result/", grading_result.grading_result, name="grading_result"),
    path("gradings/<int:pk>/objections/", grading_result.grading_objections, name="grading_objections"),
    path("gradings/<int:pk>/files/", grading_papers.grading_files, name="grading_files"),
    path("gradings/<int:pk>/history/", grading_papers.grading_history, name="grading_history"),
    path("grades/", grades.GradeList.as_view(), name="grade_list"),
    path("grades/new/", grades.grade_create, name="grade_create"),
    path("grades/team/", grades.grade_team, name="grade_team"),
    path("grades/<int:pk>/", grades.grade_detail, name="grade_detail"),
    path("grades/<int:pk>/edit/", grades.grade_edit, name="grade_edit"),
    path("grades/<int:pk>/cancel/", grades.grade_cancel, name="grade_cancel"),
    path("objections/new/", objections.objection_create, name="objection_create"),
    path("objections/<int:pk>/", objections.objection_answer, name="objection_answer"),
]
