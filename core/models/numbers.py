from django.db import models


class NumberSequence(models.Model):
    """The last number drawn under a key, e.g. ``ZH-150400-2026``."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"
