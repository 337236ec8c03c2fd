"""Enrolment, results, certificates, problems; a person's own."""

urlpatterns: list = []
