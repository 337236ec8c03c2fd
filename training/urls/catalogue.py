"""Bases, instructors, courses, subjects, settings."""

urlpatterns: list = []
