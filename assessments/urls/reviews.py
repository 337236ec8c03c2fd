"""One team in one year's assessment."""

from django.urls import URLPattern, path

from assessments.views import (
    review_adjust,
    review_desk,
    review_detail,
    review_list,
    review_moves,
    review_papers,
    review_scores,
    review_write,
)

_ONE = "assessments/reviews/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("assessments/reviews/", review_list.ReviewList.as_view(), name="review_list"),
    path(_ONE, review_detail.review_detail, name="review_detail"),
    path(f"{_ONE}begin/", review_write.review_begin, name="review_begin"),
    path(f"{_ONE}confirm/", review_write.review_confirm, name="review_confirm"),
    path(f"{_ONE}edit/<slug:section>/", review_write.review_edit, name="review_edit"),
    path(f"{_ONE}autosave/<slug:section>/", review_write.review_autosave, name="review_autosave"),
    path(f"{_ONE}reporter/", review_write.review_reporter, name="review_reporter"),
    path(f"{_ONE}self/", review_scores.review_self, name="review_self"),
    path(f"{_ONE}self/autosave/", review_scores.review_self_autosave, name="review_self_autosave"),
    path(f"{_ONE}evidence/<int:indicator>/", review_scores.review_evidence, name="review_evidence"),
    path(f"{_ONE}evidence/<int:indicator>/begin/", review_scores.review_evidence_begin, name="review_evidence_begin"),
    path(f"{_ONE}score/", review_desk.review_score, name="review_score"),
    path(f"{_ONE}score/autosave/", review_desk.review_score_autosave, name="review_score_autosave"),
    path(f"{_ONE}decide/", review_desk.review_decide, name="review_decide"),
    path(f"{_ONE}decide/autosave/", review_desk.review_decide_autosave, name="review_decide_autosave"),
    path(f"{_ONE}move/", review_moves.review_move, name="review_move"),
    path(f"{_ONE}take/", review_adjust.review_take, name="review_take"),
    path(f"{_ONE}adjust/", review_adjust.adjustment_create, name="adjustment_create"),
    path("assessments/adjustments/<int:pk>/end/", review_adjust.adjustment_end, name="adjustment_end"),
    path(f"{_ONE}report/", review_papers.review_report, name="review_report"),
    path(f"{_ONE}sheet/", review_papers.review_sheet, name="review_sheet"),
    path(f"{_ONE}files/", review_papers.review_files, name="review_files"),
    path(f"{_ONE}history/", review_papers.review_history, name="review_history"),
]
