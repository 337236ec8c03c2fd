"""Routes: standards."""

from django.urls import URLPattern, path

from assessments.views import indicators, standard_edit, standard_sheets, standards

urlpatterns: list[URLPattern] = [
    path("standards/", standards.StandardList.as_view(), name="standard_list"),
    path("standards/new/", standard_edit.standard_create, name="standard_create"),
    path("standards/schemes/<slug:category>/", standards.standard_schemes, name="standard_schemes"),
    path("standards/<int:pk>/", standards.standard_detail, name="standard_detail"),
    path("standards/<int:pk>/uses/", standards.standard_uses, name="standard_uses"),
    path("standards/<int:pk>/files/", standards.standard_files, name="standard_files"),
    path("standards/<int:pk>/history/", standards.standard_history, name="standard_history"),
    path("standards/<int:pk>/compare/", standards.standard_compare_page, name="standard_compare"),
    path("standards/<int:pk>/export/", standard_sheets.standard_export, name="standard_export"),
    path("standards/<int:pk>/import/", standard_sheets.StandardImport.as_view(), name="standard_import"),
    path("standards/<int:pk>/edit/", standard_edit.standard_edit, name="standard_edit"),
    path("standards/<int:pk>/draft/", standard_edit.standard_draft, name="standard_draft"),
    path("standards/<int:pk>/number/", standard_edit.standard_number, name="standard_number"),
    path("standards/<int:pk>/publish/", standard_edit.standard_publish, name="standard_publish"),
    path("standards/<int:pk>/withdraw/", standard_edit.standard_withdraw, name="standard_withdraw"),
    path("standards/<int:pk>/until/", standard_edit.standard_until, name="standard_until"),
    path("standards/<int:pk>/remove/", standard_edit.standard_remove, name="standard_remove"),
    path("standards/<int:pk>/indicators/new/", indicators.indicator_create, name="indicator_create"),
    path("indicators/<int:pk>/", indicators.indicator_edit, name="indicator_edit"),
    path("indicators/<int:pk>/move/", indicators.indicator_move, name="indicator_move"),
    path("indicators/<int:pk>/remove/", indicators.indicator_remove, name="indicator_remove"),
]
