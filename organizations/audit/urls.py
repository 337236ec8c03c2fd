from django.urls import path

from organizations.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.AuditList.as_view(), name="list"),
    path("<slug:kind>/<int:number>/", views.AuditDetail.as_view(), name="detail"),
]
