"""The calendar and its feed, papers, numbers."""

urlpatterns: list = []
