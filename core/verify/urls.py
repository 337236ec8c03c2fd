"""Public routes, without a namespace: they are printed on paper and must never change."""

from django.urls import path

from core.verify import views

urlpatterns = [
    path("verify/", views.lookup, name="verify_lookup"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
