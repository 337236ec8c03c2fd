"""Routes of the review desk."""

from django.urls import URLPattern, path

from teams.views.desk import acts, batch, moves, queue, reading

urlpatterns: list[URLPattern] = [
    path("desk/", queue.desk, name="desk"),
    path("desk/batch/", batch.desk_batch, name="desk_batch"),
    path("desk/opinions/<int:pk>/", acts.desk_opinion, name="desk_opinion"),
    path("desk/opinions/<int:pk>/end/", acts.desk_opinion_end, name="desk_opinion_end"),
    path("desk/<int:pk>/", reading.desk_filing, name="desk_filing"),
    path("desk/<int:pk>/decide/", moves.desk_decide, name="desk_decide"),
    path("desk/<int:pk>/comment/", acts.desk_comment, name="desk_comment"),
    path("desk/<int:pk>/meeting/", acts.desk_meeting, name="desk_meeting"),
    path("desk/<int:pk>/transfer/", acts.desk_transfer, name="desk_transfer"),
    path("desk/<int:pk>/opinion/", acts.desk_ask, name="desk_ask"),
    path("desk/<int:pk>/reply/", acts.desk_reply, name="desk_reply"),
    path("desk/<int:pk>/urge/", acts.desk_urge, name="desk_urge"),
]
