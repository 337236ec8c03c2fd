"""Routes of what every subject shares."""

from django.urls import include, path

from core.jobs import views as jobs
from core.lists import saved

app_name = "core"

urlpatterns = [
    path("lists/views/", saved.save, name="saved_view_create"),
    path("lists/views/<int:pk>/rename/", saved.rename, name="saved_view_rename"),
    path("lists/views/<int:pk>/delete/", saved.delete, name="saved_view_delete"),
    path("lists/views/<int:pk>/default/", saved.make_default, name="saved_view_default"),
    path("lists/columns/", saved.columns, name="list_columns"),
    path("jobs/", jobs.JobList.as_view(), name="job_list"),
    path("jobs/<uuid:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:pk>/result/", jobs.job_result, name="job_result"),
    path("", include("core.attachments.urls")),
    path("", include("core.uploads.urls")),
    path("", include("core.notices.urls")),
]
