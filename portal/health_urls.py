"""Routes for machines; ``HealthMiddleware`` answers them before they get here."""

from django.urls import path

from portal import health

urlpatterns = [
    path("health/", health.health, name="health"),
    path("metrics", health.metrics, name="metrics"),
]
