from organizations.models import grant  # noqa: F401 - registered; nobody but organizations.permissions reads it
from organizations.models.account_request import AccountRequest
from organizations.models.appointment import Appointment
from organizations.models.division import Division
from organizations.models.organization import Organization
from organizations.models.user import PasswordRecord, User

__all__ = ["AccountRequest", "Appointment", "Division", "Organization", "PasswordRecord", "User"]
