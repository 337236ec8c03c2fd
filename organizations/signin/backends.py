"""Who signs in, and what every request reads about them."""

from allauth.account.auth_backends import AuthenticationBackend

from organizations.models import User


class Backend(AuthenticationBackend):
    """Brings the person's organization along: the record of who did what, and every page, needs it anyway."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("organization").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
