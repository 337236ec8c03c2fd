"""What hangs on any record: the generic link, once."""

from typing import Any, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _


class OwnedQuerySet(models.QuerySet):
    def of(self, owner: models.Model) -> Self:
        """Rows that hang on ``owner``."""
        return self.filter(content_type=ContentType.objects.get_for_model(owner), object_id=str(owner.pk))

    def of_each(self, model: type[models.Model], key: Any = OuterRef("pk")) -> Self:  # noqa: B008 - unchanging
        """The same within a query over owners of one kind. :param key: leads to the owner's key there."""
        kind = ContentType.objects.get_for_model(model)
        return self.filter(content_type=kind, object_id=Cast(key, models.CharField()))


class Owned(models.Model):
    """A row that belongs to one record of any kind; who may see the record may see the row."""

    content_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, related_name="+", verbose_name=_("所属记录的种类")
    )
    object_id = models.CharField(_("所属记录"), max_length=40)
    owner = GenericForeignKey()

    class Meta:
        abstract = True
