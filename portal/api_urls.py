"""The API: one route per resource, and its description for machines."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from assessments.api.reviews import CampaignViewSet, ReviewViewSet
from organizations import api
from people.api.papers import CertificateViewSet, PolicyViewSet
from people.api.persons import MembershipViewSet, PersonViewSet
from teams.api.filings import FilingViewSet
from teams.api.teams import TeamViewSet
from training.api.activities import ActivityViewSet
from training.api.catalogue import BaseViewSet, CourseViewSet, InstructorViewSet
from training.api.plans import PlanViewSet

app_name = "api"

router = SimpleRouter()
router.register("organizations", api.OrganizationViewSet, basename="organization")
router.register("accounts", api.AccountViewSet, basename="account")
router.register("appointments", api.AppointmentViewSet, basename="appointment")
router.register("account-requests", api.AccountRequestViewSet, basename="accountrequest")
router.register("certificates", CertificateViewSet, basename="certificate")
router.register("policies", PolicyViewSet, basename="policy")
router.register("filings", FilingViewSet, basename="filing")
router.register("teams", TeamViewSet, basename="team")
router.register("persons", PersonViewSet, basename="person")
router.register("activities", ActivityViewSet, basename="activity")
router.register("memberships", MembershipViewSet, basename="membership")
router.register("training-bases", BaseViewSet, basename="base")
router.register("instructors", InstructorViewSet, basename="instructor")
router.register("courses", CourseViewSet, basename="course")
router.register("training-plans", PlanViewSet, basename="plan")
router.register("assessment-campaigns", CampaignViewSet, basename="campaign")
router.register("assessment-reviews", ReviewViewSet, basename="review")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    *router.urls,
]
