"""Papers about accounts: 账号开通单."""

from typing import Any

from django.utils.translation import gettext as _

from core.documents import issue
from core.models import Job, WorkflowEvent
from organizations.models import AccountRequest


def issue_account_slip(job: Job, progress: Any) -> None:
    """The 账号开通单 of an approved request. Issued by the office whose duty decided; safe to run again."""
    record = AccountRequest.objects.select_related("organization", "applicant").get(pk=job.params["request_id"])
    event = WorkflowEvent.objects.of(record).filter(action="approve").select_related("by__organization").last()
    assert event is not None, "only an approved request has a slip"
    assert event.by is not None, "the portal approves nothing by itself"
    issue(
        record,
        template="pdf/account_sheet.html",
        context={
            "record": record, "decided_by": event.by, "decided_in": event.acting_for or event.by.organization.name,
            "comment": event.comment,
        },
        number=record.number or "", title=_("账号开通单"), issuer=event.by.organization.name,
        subject=_("为%(place)s开设账号一个") % {"place": record.organization}, by=event.by,
    )  # fmt: skip
