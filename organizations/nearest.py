"""Who is told: the holders of a duty nearest to the organization, so that the region does not hear of every banner."""

from collections.abc import Iterable

from organizations.models import Appointment, Organization, User
from organizations.permissions import who_can_each


def nearest_duties(right: str, organization: Organization, *, without: int | None = None) -> list[Appointment]:
    """Duties that give ``right`` at ``organization``, held as close to it as there are any.

    :param without: pk of the person the matter is about, who is not told.
    """
    return _nearest([duty for duty, _why in who_can_each(right, [organization])[organization.pk]], without)


def nearest_holders(right: str, organization: Organization, *, without: int | None = None) -> list[User]:
    """The people of ``nearest_duties``, each once."""
    return list({duty.user_id: duty.user for duty in nearest_duties(right, organization, without=without)}.values())


def nearest_holders_each(right: str, organizations: Iterable[Organization]) -> dict[int, list[User]]:
    """The same for each of several places, by their keys, with the queries of one."""
    found = who_can_each(right, organizations)
    return {
        pk: list({duty.user_id: duty.user for duty in _nearest([duty for duty, _why in duties])}.values())
        for pk, duties in found.items()
    }


def _nearest(duties: list[Appointment], without: int | None = None) -> list[Appointment]:
    found = [duty for duty in duties if duty.user_id != without]
    nearest = max((len(duty.organization.path) for duty in found), default=0)
    return [duty for duty in found if len(duty.organization.path) == nearest]
