"""What hangs on any record: the generic link, once."""

from typing import Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class OwnedQuerySet(models.QuerySet):
    def of(self, owner: models.Model) -> Self:
        """Rows that hang on ``owner``."""
        return self.filter(content_type=ContentType.objects.get_for_model(owner), object_id=str(owner.pk))


class Owned(models.Model):
    """A row that belongs to one record of any kind; who may see the record may see the row."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.CharField(max_length=40)
    owner = GenericForeignKey()

    class Meta:
        abstract = True
