from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("救援队和登记备案")

    def ready(self) -> None:
        from teams import metrics  # noqa: F401 - registers them
