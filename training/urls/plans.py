"""Plans of the year."""

from django.urls import URLPattern, path

from training.views import plan_items, plans

urlpatterns: list[URLPattern] = [
    path("training/plans/", plans.PlanList.as_view(), name="plan_list"),
    path("training/plans/new/", plans.plan_create, name="plan_create"),
    path("training/plans/<int:pk>/", plans.plan_detail, name="plan_detail"),
    path("training/plans/<int:pk>/edit/", plans.plan_edit, name="plan_edit"),
    path("training/plans/<int:pk>/import/", plan_items.PlanItemImport.as_view(), name="plan_import"),
    path("training/plans/<int:pk>/items/new/", plan_items.planitem_create, name="planitem_create"),
    path("training/plan-items/<int:pk>/", plan_items.planitem_detail, name="planitem_detail"),
    path("training/plan-items/<int:pk>/edit/", plan_items.planitem_edit, name="planitem_edit"),
    path("training/plan-items/<int:pk>/end/", plan_items.planitem_end, name="planitem_end"),
]
