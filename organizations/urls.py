"""Routes of offices, accounts, appointments and account requests."""

from django.urls import path

from organizations.views import accounts, appointments, help, imports, offices, requests, tree

app_name = "organizations"

urlpatterns = [
    path("offices/", offices.OrganizationList.as_view(), name="organization_list"),
    path("offices/new/", tree.organization_create, name="organization_create"),
    path("offices/<int:pk>/", offices.organization_detail, name="organization_detail"),
    path("offices/<int:pk>/access/", offices.organization_access, name="organization_access"),
    path("offices/<int:pk>/edit/", offices.organization_edit, name="organization_edit"),
    path("offices/<int:pk>/move/", tree.organization_move, name="organization_move"),
    path("offices/<int:pk>/rename/", tree.organization_rename, name="organization_rename"),
    path("offices/<int:pk>/staffing/", tree.organization_staffing, name="organization_staffing"),
    path("offices/<int:pk>/close/", tree.organization_close, name="organization_close"),
    path("offices/<int:pk>/users/new/", accounts.user_create, name="user_create"),
    path("users/", accounts.UserList.as_view(), name="user_list"),
    path("users/new/", accounts.user_pick, name="user_pick"),
    path("users/import/", imports.UserImport.as_view(), name="user_import"),
    path("users/me/", accounts.my_account, name="my_account"),
    path("users/<int:pk>/", accounts.user_detail, name="user_detail"),
    path("users/<int:pk>/edit/", accounts.user_edit, name="user_edit"),
    path("users/<int:pk>/password/", accounts.user_password, name="user_password"),
    path("users/<int:pk>/deactivate/", accounts.user_deactivate, name="user_deactivate"),
    path("users/<int:pk>/reactivate/", accounts.user_reactivate, name="user_reactivate"),
    path("users/<int:pk>/reveal/", accounts.user_reveal, name="user_reveal"),
    path("users/<int:pk>/transfer/", accounts.user_transfer_pick, name="user_transfer_pick"),
    path("users/<int:pk>/transfer/<int:place_pk>/", accounts.user_transfer, name="user_transfer"),
    path("users/<int:pk>/appoint/", appointments.appointment_create, name="appointment_create"),
    path("users/<int:pk>/appoint/elsewhere/", appointments.appointment_pick, name="appointment_pick"),
    path("appointments/", appointments.AppointmentList.as_view(), name="appointment_list"),
    path("appointments/<int:pk>/end/", appointments.appointment_end, name="appointment_end"),
    path("appointments/<int:pk>/hand-over/", appointments.appointment_hand_over, name="appointment_hand_over"),
    path("requests/", requests.RequestList.as_view(), name="request_list"),
    path("requests/new/", requests.request_create, name="request_create"),
    path("requests/<int:pk>/", requests.request_detail, name="request_detail"),
    path("requests/<int:pk>/edit/", requests.request_edit, name="request_edit"),
    path("requests/<int:pk>/draft/", requests.request_draft, name="request_draft"),
    path("requests/<int:pk>/move/", requests.request_move, name="request_move"),
    path("roles/", help.role_help, name="role_help"),
]
