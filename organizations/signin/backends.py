"""Who signs in, and what every request reads about them."""

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend

from core.together import Written, written
from organizations.models import User
from organizations.permissions import ANYBODY


class Backend(AuthenticationBackend):
    """Brings the person's organization along: the record of who did what, and every page, needs it anyway."""

    def get_user(self, user_id: int) -> User | None:
        for user in _asked().put({ANYBODY: user_id}).read()["user"]:
            return user if self.user_can_authenticate(user) else None
        return None


@cache
def _asked() -> Written:
    """Somebody's account; every request asks for one."""
    return written({"user": User.objects.select_related("organization").filter(pk=ANYBODY)})
