"""Routes of uploads; included under the namespace ``core``."""

from django.urls import path

from core.uploads import views

urlpatterns = [
    path("uploads/<int:content_type>/<str:object_id>/", views.begin_upload, name="upload_begin"),
    path("uploads/<uuid:pk>/", views.one_upload, name="upload_piece"),
    path("uploads/<uuid:pk>/finish/", views.finish_upload, name="upload_finish"),
]
