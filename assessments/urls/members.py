"""Routes: 队员能力测评."""

from django.urls import URLPattern, path

from assessments.views import member_list, member_sheet, members

urlpatterns: list[URLPattern] = [
    path("member-assessments/", member_list.MemberAssessmentList.as_view(), name="member_list"),
    path("member-assessments/new/", member_list.member_create, name="member_create"),
    path("member-assessments/sheet/<int:pk>/<int:standard>/", member_sheet.member_sheet, name="member_sheet"),
    path("member-assessments/mine/", members.my_assessments, name="my_assessments"),
    path("member-assessments/mine/<int:pk>/", members.my_assessment, name="my_assessment"),
    path("member-assessments/of/<int:pk>/", members.person_assessments, name="person_assessments"),
    path("member-assessments/<int:pk>/", members.member_detail, name="member_detail"),
    path("member-assessments/<int:pk>/edit/", members.member_edit, name="member_edit"),
    path("member-assessments/<int:pk>/take-back/", members.member_take_back, name="member_take_back"),
]
