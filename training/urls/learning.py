"""People on the list, enrolment, results, certificates, problems; a person's own."""

from django.urls import URLPattern, path

from training.views import listed, own, people, problem_list, problems, results, teachings, teams

urlpatterns: list[URLPattern] = [
    path("activities/<int:pk>/people/", people.activity_people, name="activity_people"),
    path("activities/<int:pk>/people/add/", people.people_add, name="people_add"),
    path("activities/<int:pk>/people/act/", listed.people_act, name="people_act"),
    path("activities/people/<int:pk>/", listed.participation_edit, name="participation_edit"),
    path("activities/<int:pk>/teams/add/", teams.team_add, name="team_add"),
    path("activities/teams/<int:pk>/remove/", teams.team_remove, name="team_remove"),
    path("activities/<int:pk>/results/", results.activity_results, name="activity_results"),
    path("activities/<int:pk>/certificates/", results.activity_certificates, name="activity_certificates"),
    path("activities/<int:pk>/teachings/new/", teachings.teaching_create, name="teaching_create"),
    path("activities/teachings/<int:pk>/", teachings.teaching_edit, name="teaching_edit"),
    path("activities/teachings/<int:pk>/remove/", teachings.teaching_remove, name="teaching_remove"),
    path("activities/<int:pk>/problems/", problems.activity_problems, name="activity_problems"),
    path("activities/<int:pk>/problems/new/", problems.problem_create, name="problem_create"),
    path("problems/", problem_list.ProblemList.as_view(), name="problem_list"),
    path("problems/<int:pk>/", problems.problem_detail, name="problem_detail"),
    path("problems/<int:pk>/edit/", problems.problem_edit, name="problem_edit"),
    path("problems/<int:pk>/move/", problems.problem_move, name="problem_move"),
    path("me/training/", own.my_activities, name="my_activities"),
    path("me/training/<int:pk>/enrol/", own.my_enrol, name="my_enrol"),
    path("me/training/<int:pk>/withdraw/", own.my_withdraw, name="my_withdraw"),
    path("people/<int:pk>/training/", own.person_activities, name="person_activities"),
]
