"""What hangs on any record: the generic link, once."""

from typing import Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class OwnedQuerySet(models.QuerySet):
    def of(self, owner: models.Model) -> Self:
        """Rows that hang on ``owner``."""
        return self.filter(content_type=ContentType.objects.get_for_model(owner), object_id=str(owner.pk))


class Owned(models.Model):
    """A row that belongs to one record of any kind; who may see the record may see the row."""

    content_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, related_name="+", verbose_name=_("所属记录的种类")
    )
    object_id = models.CharField(_("所属记录"), max_length=40)
    owner = GenericForeignKey()

    class Meta:
        abstract = True
