"""Routes of merging, anonymising, settings."""

from django.urls import URLPattern, path

from people.views import merging, retention, settings

urlpatterns: list[URLPattern] = [
    path("people/merges/", merging.merge_list, name="merge_list"),
    path("people/merges/<int:pk>/", merging.merge_detail, name="merge_detail"),
    path("people/merges/<int:pk>/undo/", merging.merge_undo, name="merge_undo"),
    path("people/<int:kept_pk>/merge/<int:ceased_pk>/", merging.merge_create, name="merge_create"),
    path("people/retention/", retention.retention_list, name="retention_list"),
    path("people/retention/carry-out/", retention.retention_carry_out, name="retention_carry_out"),
    path("people/settings/", settings.setting_list, name="setting_list"),
    path("people/settings/ranks/new/", settings.rank_edit, name="rank_create"),
    path("people/settings/ranks/<slug:key>/", settings.rank_edit, name="rank_edit"),
    path("people/settings/<slug:key>/", settings.setting_edit, name="setting_edit"),
]
