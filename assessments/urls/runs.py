"""Routes: runs."""

from django.urls import URLPattern, path

from assessments.views import documents, runs

urlpatterns: list[URLPattern] = [
    path("runs/", runs.RunList.as_view(), name="run_list"),
    path("campaigns/<int:pk>/run/", runs.run_start, name="run_start"),
    path("runs/<int:pk>/", runs.run_detail, name="run_detail"),
    path("runs/<int:pk>/move/", runs.run_move, name="run_move"),
    path("reports/", documents.DocumentList.as_view(), name="document_list"),
    path("reports/<int:pk>/", documents.document_download, name="document_download"),
    path("reports/<int:pk>/word/", documents.document_word, name="document_word"),
]
