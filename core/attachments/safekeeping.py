"""Files and rows together: a file stays only if the transaction that names it commits."""

import logging
import weakref
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction

logger = logging.getLogger(__name__)


class _Unconfirmed:
    """Stands for a file until its transaction commits.

    Django forgets ``on_commit`` functions when the transaction, or the savepoint they were given in, is rolled back.
    With the function goes this object, and the finalizer with it removes the file. So the caller need not know how
    far out the transaction is drawn, and an exception anywhere in it leaves nothing behind. A process that is killed
    outright leaves a file without a row, which ``sweeping.remove_orphans`` finds.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        self._removal = weakref.finalize(self, _remove, storage, name)

    def confirm(self) -> None:
        self._removal.detach()


def _remove(storage: Storage, name: str) -> None:
    try:
        storage.delete(name)
    except Exception:  # whatever the storage raises: the roll-back under way must go on, the sweep tries again
        logger.exception("file_not_removed", extra={"file": name})


def keep_file(storage: Storage, name: str, content: "File[Any]") -> str:
    """Store ``content`` for the transaction in hand; rolled back, the file goes too. Returns the stored name.

    :raises RuntimeError: outside a transaction, where nothing could ever roll back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a file is kept in the transaction that names it")
    stored = storage.save(name, content)
    transaction.on_commit(_Unconfirmed(storage, stored).confirm)
    return stored
