"""Routes of what the region keeps: rules, papers, checks, categories, phrases."""

from django.urls import URLPattern, path

from teams.views.rules import filing_rules, kept, phrases

urlpatterns: list[URLPattern] = [
    path("filing-rules/", filing_rules.rule_list, name="rule_list"),
    path("filing-rules/<int:pk>/", filing_rules.rule_detail, name="rule_detail"),
    path("filing-rules/<int:pk>/edit/", filing_rules.rule_edit, name="rule_edit"),
    path("filing-rules/checks/", kept.check_list, name="check_list"),
    path("filing-rules/checks/<slug:key>/", kept.check_edit, name="check_edit"),
    path("filing-rules/papers/", kept.paper_kind_list, name="paper_kind_list"),
    path("filing-rules/papers/new/", kept.paper_kind_edit, name="paper_kind_create"),
    path("filing-rules/papers/<slug:key>/", kept.paper_kind_edit, name="paper_kind_edit"),
    path("filing-rules/categories/", kept.category_list, name="category_list"),
    path("filing-rules/categories/new/", kept.category_edit, name="category_create"),
    path("filing-rules/categories/<slug:key>/", kept.category_edit, name="category_edit"),
    path("filing-rules/phrases/", phrases.phrase_list, name="phrase_list"),
    path("filing-rules/phrases/new/", phrases.phrase_create, name="phrase_create"),
    path("filing-rules/phrases/<int:pk>/", phrases.phrase_edit, name="phrase_edit"),
]
