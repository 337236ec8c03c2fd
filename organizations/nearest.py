"""Who is told: the holders of a duty nearest to the organization, so that the region does not hear of every banner."""

from organizations.models import Appointment, Organization, User
from organizations.permissions import who_can


def nearest_duties(right: str, organization: Organization, *, without: int | None = None) -> list[Appointment]:
    """Duties that give ``right`` at ``organization``, held as close to it as there are any.

    :param without: pk of the person the matter is about, who is not told.
    """
    found = [duty for duty, _decision in who_can(right, organization) if duty.user_id != without]
    nearest = max((len(duty.organization.path) for duty in found), default=0)
    return [duty for duty in found if len(duty.organization.path) == nearest]


def nearest_holders(right: str, organization: Organization, *, without: int | None = None) -> list[User]:
    """The people of ``nearest_duties``, each once."""
    return list({duty.user_id: duty.user for duty in nearest_duties(right, organization, without=without)}.values())
