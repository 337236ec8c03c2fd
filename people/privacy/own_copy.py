"""A person's own copy of what is kept about him or her (个人信息保护法 第45条), as a file to take away.

A zip with the same content twice: ``data.json`` for machines, a spreadsheet for people. The number is whole only where
the person has just given the password again; the act is noted among 谁看过我的信息 like any other look.
"""

import json
from collections.abc import Iterable
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.jobs import JobResult, start
from core.language import in_chinese
from core.models import Attachment, Job
from core.words import field_in_words, moment
from organizations.models import User
from people.models import (
    Award,
    Capability,
    Certificate,
    Consent,
    Cover,
    Disclosure,
    FormerDocument,
    HourRecord,
    Mandate,
    Membership,
    Person,
    RankRecord,
)
from people.privacy.revealing import disclosures_of, note

KIND = "own_copy"
# Of a person, what is technical or sealed: the number and health are added in the clear by name.
_PERSON_WITHOUT = {
    "id", "id_cipher", "id_index", "id_masked", "health_cipher", "user", "merged_into", "search_key", "version",
    "anonymised_at",
}  # fmt: skip
_WITHOUT = {"id", "version", "person", "search_key", "id_cipher", "id_index"}
Rows = list[dict[str, str]]


@transaction.atomic
def ask(person: Person, *, by: User, whole: bool) -> Job:
    """Start the job that makes the file, and note it. ``whole``: with the full number of the document."""
    with in_chinese():
        note(person, Disclosure.What.COPY, by=by, reason=_("本人，含完整证件号码") if whole else _("本人"))
        title = _("本人信息副本")
    return start(KIND, by=by, title=title, person_id=person.pk, whole=whole)


def make(job: Job, progress: Any) -> JobResult:
    """The file. Only of the person whose account started it, also if that has changed since."""
    person = Person.objects.filter(pk=job.params["person_id"], user=job.created_by).first()
    if person is None:
        raise ValidationError(_("这个账号没有关联到这个人，不能生成副本。"))
    with in_chinese():
        parts = gather(person, whole=job.params["whole"])
        target = TemporaryFile()  # noqa: SIM115 - the job closes it
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            archive.writestr("data.json", json.dumps(parts, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
            archive.writestr(_("本人信息.xlsx"), _sheets(parts))
        target.seek(0)
        name = _("本人信息副本 %(day)s.zip") % {"day": timezone.localdate()}
    progress(1, 1)
    return JobResult(name, "application/zip", target)


def gather(person: Person, *, whole: bool) -> dict[str, Rows]:
    """Everything, as heading → rows of label → text."""
    of = {"person": person}
    sections: dict[str, Iterable[models.Model]] = {
        _("队籍"): Membership.objects.filter(**of).select_related("organization"),
        _("证书"): Certificate.objects.filter(**of).select_related("kind", "verified_by"),
        _("保险"): Cover.objects.filter(**of).select_related("policy"),
        _("时长"): HourRecord.objects.filter(**of).select_related("organization"),
        _("表彰奖励"): Award.objects.filter(**of),
        _("代表、理事、监事"): Mandate.objects.filter(**of).select_related("organization"),
        _("衔级"): RankRecord.objects.filter(**of).select_related("rank"),
        _("能力测评"): Capability.objects.filter(**of),
        _("同意书"): Consent.objects.filter(**of).select_related("text", "recorded_by"),
        _("原证件"): FormerDocument.objects.filter(**of),
    }
    for path in settings.OWN_COPY_PARTS:
        sections |= import_string(path)(person)
    sections[_("谁看过我的信息")] = disclosures_of(person)
    parts = {_("本人"): [_own(person, whole)]}
    for heading, rows in sections.items():
        parts[heading] = [_row(row, _WITHOUT) for row in rows]
    parts[_("附件清单")] = _files(person)
    return parts


def _own(person: Person, whole: bool) -> dict[str, str]:
    facts = {str(_("证件号码")): person.id_number if whole else person.id_masked, **_row(person, _PERSON_WITHOUT)}
    health = {"blood": _("血型"), "allergy": _("过敏史"), "statement": _("健康声明")}
    return facts | {health.get(name, name): text for name, text in person.health.items()}


def _row(record: models.Model, without: set[str]) -> dict[str, str]:
    fields: list[Any] = [field for field in record._meta.concrete_fields if field.name not in without]
    return {str(field.verbose_name): field_in_words(field, getattr(record, field.name)) for field in fields}


def own_files(person: Person, certificates: Iterable[Certificate] | None = None) -> models.QuerySet:
    """Files handed in with the person or with one of his or her certificates.

    :param certificates: theirs, where they are at hand.
    """
    rows = Certificate.objects.filter(person=person).only("pk") if certificates is None else certificates
    keys = [str(row.pk) for row in rows]
    of_person = models.Q(content_type=ContentType.objects.get_for_model(Person), object_id=str(person.pk))
    of_papers = models.Q(content_type=ContentType.objects.get_for_model(Certificate), object_id__in=keys)
    return Attachment.objects.filter(of_person | of_papers)


def _files(person: Person) -> Rows:
    rows = own_files(person).select_related("uploaded_by").order_by("uploaded_at")
    return [
        {
            _("文件"): row.name, _("上传时间"): moment(row.uploaded_at), _("上传人"): str(row.uploaded_by),
            _("校验值"): row.sha256, _("在用"): _("是") if row.is_current else _("否"),
        }
        for row in rows
    ]  # fmt: skip


def _sheets(parts: dict[str, Rows]) -> bytes:
    from xlsxwriter import Workbook  # only exports need it

    target = BytesIO()
    book = Workbook(target, {"in_memory": True})
    bold = book.add_format({"bold": True, "bottom": 1})
    for heading, rows in parts.items():
        sheet = book.add_worksheet(heading.replace("、", " ")[:31])
        sheet.set_column(0, 30, 18)
        if heading == _("本人"):
            for line, (label, text) in enumerate(rows[0].items()):
                sheet.write_string(line, 0, label, bold)
                sheet.write_string(line, 1, str(text))
            continue
        for column, label in enumerate(rows[0] if rows else ()):
            sheet.write_string(0, column, label, bold)
        for line, row in enumerate(rows, 1):
            for column, text in enumerate(row.values()):
                sheet.write_string(line, column, str(text))
    book.close()
    return target.getvalue()
