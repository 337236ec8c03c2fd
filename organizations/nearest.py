"""Who is told: the holders of a duty nearest to the organization, so that the region does not hear of every banner."""

from organizations.models import Organization, User
from organizations.permissions import who_can


def nearest_holders(right: str, organization: Organization, *, without: int | None = None) -> list[User]:
    """Active people who have ``right`` at ``organization`` through a duty as close to it as there is one.

    :param without: pk of the person the matter is about, who is not told.
    """
    found = [holder for holder, _reason in who_can(right, organization) if holder.user_id != without]
    nearest = max((len(holder.organization.path) for holder in found), default=0)
    people = {holder.user_id: holder.user for holder in found if len(holder.organization.path) == nearest}
    return list(people.values())
