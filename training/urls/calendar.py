"""The calendar and its feed, papers, numbers."""

from django.urls import path

from training.views import calendar, calendar_feed, papers

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/subscribe/", calendar_feed.subscribe, name="calendar_subscribe"),
    path("calendar/feed/<str:key>.ics", calendar_feed.feed, name="calendar_feed"),
    path("activities/<int:pk>/record.pdf", papers.record_print, name="record_print"),
    path("activities/<int:pk>/sign-in.pdf", papers.sign_in_sheet, name="sign_in_sheet"),
]
