from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("机构与账号")

    def ready(self) -> None:
        from organizations import metrics  # noqa: F401 - registers them
        from organizations.audit import found  # noqa: F401 - as above: its counter
