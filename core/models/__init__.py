from core.models.access import AccessLog
from core.models.adjustable import AdjustableNumber
from core.models.attachments import Attachment
from core.models.imports import Import, ImportHeading, ImportPage
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.numbers import NumberSequence
from core.models.saved_views import SavedView
from core.models.uploads import Upload
from core.models.verify import VerifiableDocument
from core.models.workflow import WorkflowEvent

__all__ = [
    "AccessLog",
    "AdjustableNumber",
    "Attachment",
    "Import",
    "ImportHeading",
    "ImportPage",
    "Job",
    "Notice",
    "NumberSequence",
    "SavedView",
    "Upload",
    "VerifiableDocument",
    "WorkflowEvent",
]
