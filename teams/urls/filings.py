"""Routes of filings on the author's side."""

from django.urls import URLPattern, path

from teams.views import beginning, drafts, exits, filings, handing_in

urlpatterns: list[URLPattern] = [
    path("filings/", filings.FilingList.as_view(), name="filing_list"),
    path("filings/begin/", beginning.filing_begin, name="filing_begin"),
    path("filings/begin/<int:team>/<slug:kind>/", beginning.filing_begin_for, name="filing_begin_for"),
    path("filings/<int:pk>/", filings.filing_detail, name="filing_detail"),
    path("filings/<int:pk>/form/", filings.filing_form, name="filing_form"),
    path("filings/<int:pk>/edit/", drafts.filing_edit, name="filing_edit"),
    path("filings/<int:pk>/edit/<slug:section>/", drafts.filing_section, name="filing_section"),
    path("filings/<int:pk>/edit/<slug:section>/draft/", drafts.filing_autosave, name="filing_autosave"),
    path("filings/<int:pk>/hand-in/", handing_in.filing_hand_in, name="filing_hand_in"),
    path("filings/<int:pk>/withdraw/", handing_in.filing_withdraw, name="filing_withdraw"),
    path("filings/<int:pk>/exit-members/", exits.filing_end_members, name="filing_end_members"),
    path("filings/<int:pk>/exit-members/back/", exits.filing_take_back, name="filing_take_back"),
    path("filings/<int:pk>/exit/<slug:task>/", exits.filing_exit_item, name="filing_exit_item"),
]
