"""Routes of rosters in and out of Excel, printed rosters."""

from django.urls import path

from people.views import imports

urlpatterns = [
    path("people/import/", imports.RosterImportAll.as_view(), name="roster_import_all"),
    path("people/teams/<int:pk>/import/", imports.RosterImport.as_view(), name="roster_import"),
    path("people/teams/<int:pk>/roster.pdf", imports.RosterPdf.as_view(), name="roster_pdf"),
]
