"""Every route of the product, from the root. Each subject has its own ``urls.py``."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
