"""Routes of files; included under the namespace ``core``."""

from django.urls import path

from core.attachments import films, views
from core.attachments.previews import THUMBNAIL
from core.documents import views as documents

urlpatterns = [
    path("files/", views.upload, name="attachment_upload"),
    path("files/<uuid:pk>/", views.download, name="attachment_download"),
    path("files/<uuid:pk>/preview/", views.preview, name="attachment_preview"),
    path("files/<uuid:pk>/thumbnail/", views.preview, {"size": THUMBNAIL}, name="attachment_thumbnail"),
    path("files/<uuid:pk>/watch/", films.watch, name="attachment_watch"),
    path("files/<uuid:pk>/withdraw/", views.end, name="attachment_withdraw"),
    path("files/documents/<int:pk>/", documents.download, name="document_download"),
]
