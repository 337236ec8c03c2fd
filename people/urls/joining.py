"""Routes of invitations, the public form, applications, accounts of members, consent texts."""

from django.urls import URLPattern, path

from people.views import accounts, applications, consent_texts, invitations, join

urlpatterns: list[URLPattern] = [
    # public: they hang on walls and stand on phones, and must not change
    path("join/status/<str:follow_key>/", join.join_follow, name="join_follow"),
    path("join/<str:key>/", join.join, name="join"),
    path("people/teams/<int:pk>/invitations/", invitations.invitation_list, name="invitation_list"),
    path("people/teams/<int:pk>/invitations/new/", invitations.invitation_create, name="invitation_create"),
    path("people/invitations/<int:pk>/poster/", invitations.invitation_poster, name="invitation_poster"),
    path("people/invitations/<int:pk>/end/", invitations.invitation_end, name="invitation_end"),
    path("people/applications/", applications.ApplicationList.as_view(), name="application_list"),
    path("people/applications/<int:pk>/", applications.application_detail, name="application_detail"),
    path("people/applications/<int:pk>/accept/", applications.application_accept, name="application_accept"),
    path("people/applications/<int:pk>/decline/", applications.application_decline, name="application_decline"),
    path("people/<int:pk>/account/", accounts.account_link, name="account_link"),
    path("people/<int:pk>/account/end/", accounts.account_unlink, name="account_unlink"),
    path("people/<int:pk>/account/request/", accounts.account_request, name="account_request"),
    path("people/consent-texts/", consent_texts.consent_text_list, name="consent_text_list"),
    path("people/consent-texts/<str:kind>/new/", consent_texts.consent_text_draft, name="consent_text_draft"),
    path("people/consent-texts/<int:pk>/", consent_texts.consent_text_detail, name="consent_text_detail"),
    path("people/consent-texts/<int:pk>/edit/", consent_texts.consent_text_edit, name="consent_text_edit"),
    path("people/consent-texts/<int:pk>/publish/", consent_texts.consent_text_publish, name="consent_text_publish"),
]
