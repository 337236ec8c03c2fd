from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("测评和考核")

    def ready(self) -> None:
        from assessments import metrics  # noqa: F401 - registers them
        from assessments.gap import overall  # noqa: F401 - as above: its counter
