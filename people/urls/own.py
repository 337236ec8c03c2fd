"""Routes of a member's own pages, and the public page behind the code of the card."""

from django.urls import URLPattern, path

from people.views import own, own_consents, own_data

urlpatterns: list[URLPattern] = [
    path("card/<str:value>/", own.card_verify, name="card_verify"),  # printed on cards: must not change
    path("me/", own.me, name="me"),
    path("me/card/", own.me_card, name="me_card"),
    path("me/card/paper/", own.me_card_paper, name="me_card_paper"),
    path("me/certificates/new/", own.me_certificate_create, name="me_certificate_create"),
    path("me/hours/", own.me_hours, name="me_hours"),
    path("me/consents/", own_consents.me_consents, name="me_consents"),
    path("me/consents/<int:pk>/give/", own_consents.me_consent_give, name="me_consent_give"),
    path("me/consents/<str:kind>/withdraw/", own_consents.me_consent_withdraw, name="me_consent_withdraw"),
    path("me/disclosures/", own_data.me_disclosures, name="me_disclosures"),
    path("me/contact/", own_data.me_contact, name="me_contact"),
    path("me/copy/", own_data.me_copy, name="me_copy"),
    path("me/files/<uuid:pk>/", own_data.me_file, name="me_file"),
]
