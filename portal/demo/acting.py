"""Who acts for which demo team; captains of all of them, who can sign in with the password of the demo."""

from collections.abc import Iterable, Mapping

from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from organizations.roles import RoleKey
from portal.demo.teams import ON_FILE


class Acting:
    """People by name, each read anew for every act: what one may do is kept on the object.

    :ivar places: key of a demo team on file → its organization.
    """

    def __init__(self, people: Mapping[str, User]) -> None:
        self._people = dict(people)
        named = {place.name: place for place in Organization.objects.teams()}
        self.places: dict[str, Organization] = {about.key: named[f"{about.name}（演示）"] for about in ON_FILE}
        self._about = {about.key: about for about in ON_FILE}

    def __getitem__(self, username: str) -> User:
        person: User = User.objects.select_related("organization").get(pk=self._people[username].pk)
        return person

    def people(self) -> Iterable[User]:
        return self._people.values()

    def captain(self, team: str) -> str:
        return "captain" if team == "water" else f"captain-{team}"

    def office(self, team: str) -> str:
        """Who decides for the league above."""
        by = self._about[team].by
        return "chifeng" if by == "songshan" else by

    def call_captains(self) -> None:
        """An account for the captain of every team that has none."""
        for key, place in self.places.items():
            name = self.captain(key)
            if name in self._people:
                continue
            about = self._about[key]
            self._people[name] = user = User.objects.create(
                username=name, name=f"{about.captain}（演示）", organization=place, is_demo=True,
                password=self._people["captain"].password,
            )  # fmt: skip
            grant(Appointment.objects.create(user=user, role=RoleKey.CAPTAIN, organization=place, basis="演示数据"))
