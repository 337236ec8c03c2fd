"""同意书: the region writes a new version as a draft and publishes it; published it never changes again."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import Consent, ConsentText


def counted() -> QuerySet[ConsentText]:
    """Every version with ``agreed``: how many people have it in force."""
    given = Consent.objects.in_force().filter(text=OuterRef("pk")).order_by().values("text")
    heads = given.annotate(heads=Count("person", distinct=True)).values("heads")
    return ConsentText.objects.annotate(agreed=Coalesce(Subquery(heads, output_field=IntegerField()), 0))


@transaction.atomic
def draft(kind: str) -> ConsentText:
    """The draft of the next version, with the wording of the latest; there is never more than one."""
    newest = ConsentText.objects.select_for_update().filter(kind=kind).order_by("-version").first()
    if newest is not None and newest.published_at is None:
        return newest
    if newest is None:
        return ConsentText.objects.create(kind=kind, version=1, title=_("同意书"), body="")
    return ConsentText.objects.create(
        kind=kind, version=newest.version + 1, title=newest.title, body=newest.body, is_required=newest.is_required
    )


@transaction.atomic
def publish(text: ConsentText) -> ConsentText:
    """From now on this version is asked for. Who agreed to an earlier one has agreed to that one.

    :raises ValidationError: published already, or without words.
    """
    fresh = ConsentText.objects.select_for_update().get(pk=text.pk)
    if fresh.published_at is not None:
        raise ValidationError(_("这一版已经公布，不能再改。要改请另写新版本。"))
    if not fresh.body.strip():
        raise ValidationError(_("还没有正文，不能公布。"))
    fresh.published_at = timezone.now()
    fresh.save(update_fields=["published_at"])
    return fresh
