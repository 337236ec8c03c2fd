"""Routes of people, a file per group of pages."""

from people.urls import imports, joining, keeping, own, papers, persons, roster, standing

app_name = "people"

urlpatterns = [
    *persons.urlpatterns,
    *roster.urlpatterns,
    *papers.urlpatterns,
    *standing.urlpatterns,
    *joining.urlpatterns,
    *own.urlpatterns,
    *keeping.urlpatterns,
    *imports.urlpatterns,
]
