from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("培训和演练")

    def ready(self) -> None:
        from training import metrics  # noqa: F401 - registers them
