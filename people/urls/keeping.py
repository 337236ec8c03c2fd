"""Routes of merging, anonymising, settings."""

from django.urls import URLPattern, path

from people.views import merging

urlpatterns: list[URLPattern] = [
    path("people/merges/", merging.merge_list, name="merge_list"),
    path("people/merges/<int:pk>/", merging.merge_detail, name="merge_detail"),
    path("people/merges/<int:pk>/undo/", merging.merge_undo, name="merge_undo"),
    path("people/<int:kept_pk>/merge/<int:ceased_pk>/", merging.merge_create, name="merge_create"),
]
