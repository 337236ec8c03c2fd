"""Routes of one person: record, history, revealing."""

from django.urls import URLPattern, path

from people.views import consents, person_edit
from people.views import person_page as page
from people.views.person_reveal import person_reveal
from people.views.persons import PersonList, person_find

urlpatterns: list[URLPattern] = [
    path("people/", PersonList.as_view(), name="person_list"),
    path("people/find/", person_find, name="person_find"),
    path("people/<int:pk>/", page.person_detail, name="person_detail"),
    path("people/<int:pk>/papers/", page.person_papers, name="person_papers"),
    path("people/<int:pk>/standing/", page.person_standing, name="person_standing"),
    path("people/<int:pk>/history/", page.person_history, name="person_history"),
    path("people/<int:pk>/looks/", page.person_looks, name="person_looks"),
    path("people/<int:pk>/access/", page.person_access, name="person_access"),
    path("people/<int:pk>/edit/<slug:section>/", person_edit.person_edit, name="person_edit"),
    path("people/<int:pk>/document/", person_edit.person_document, name="person_document"),
    path("people/<int:pk>/health/", person_edit.person_health, name="person_health"),
    path("people/<int:pk>/reveal/", person_reveal, name="person_reveal"),
    path("people/<int:pk>/consents/new/", consents.consent_record, name="consent_record"),
    path("people/consents/<int:pk>/", consents.consent_detail, name="consent_detail"),
]
