"""Routes: the panel of a grading. What lies under /scoring/ is what the service worker keeps for a tablet without
network."""

from django.urls import URLPattern, path

from assessments.views import differences, panel_edit, panel_mine, scoring

urlpatterns: list[URLPattern] = [
    path("gradings/<int:pk>/panel/", panel_edit.panel_edit, name="panel_edit"),
    path("gradings/<int:pk>/panel/appoint/", panel_edit.panel_appoint, name="panel_appoint"),
    path("panel-members/<int:pk>/lead/", panel_edit.panel_lead, name="panel_lead"),
    path("panel-members/<int:pk>/leave/", panel_edit.panel_leave, name="panel_leave"),
    path("panel-members/<int:pk>/reopen/", panel_edit.panel_reopen, name="panel_reopen"),
    path("me/panels/", panel_mine.my_panels, name="my_panels"),
    path("me/panels/<int:pk>/declare/", panel_mine.panel_declare, name="panel_declare"),
    path("me/panels/<int:pk>/recuse/", panel_mine.panel_recuse, name="panel_recuse"),
    path("scoring/worker.js", scoring.score_worker, name="score_worker"),
    path("scoring/marks/", scoring.score_take, name="score_take"),
    path("scoring/gradings/<int:pk>/", scoring.score_page, name="score_page"),
    path("scoring/gradings/<int:pk>/state/", scoring.score_state, name="score_state"),
    path("gradings/<int:pk>/scores/finish/", scoring.score_finish, name="score_finish"),
    path("gradings/<int:pk>/scores/<int:indicator>/evidence/", scoring.score_evidence, name="score_evidence"),
    path("gradings/<int:pk>/differences/", differences.differences, name="differences"),
    path("gradings/<int:pk>/differences/<int:indicator>/", differences.difference_settle, name="difference_settle"),
]
