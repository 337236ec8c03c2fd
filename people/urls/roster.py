"""Routes of memberships: joining, moving, leaving, bulk acts."""

from django.urls import URLPattern, path

from people.views import roster
from people.views.roster_bulk import roster_bulk
from people.views.roster_list import MemberList

urlpatterns: list[URLPattern] = [
    path("people/members/", MemberList.as_view(), name="member_list"),
    path("people/teams/<int:pk>/members/new/", roster.member_create, name="member_create"),
    path("people/teams/<int:pk>/members/bulk/", roster_bulk, name="roster_bulk"),
    path("people/memberships/<int:pk>/", roster.membership_detail, name="membership_detail"),
    path("people/memberships/<int:pk>/edit/", roster.membership_edit, name="membership_edit"),
    path("people/memberships/<int:pk>/presence/", roster.membership_presence, name="membership_presence"),
    path("people/memberships/<int:pk>/main/", roster.membership_main, name="membership_main"),
    path("people/memberships/<int:pk>/move/", roster.membership_move, name="membership_move"),
    path("people/memberships/<int:pk>/transfer/", roster.membership_transfer, name="membership_transfer"),
]
