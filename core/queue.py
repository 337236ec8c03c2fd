"""Handing work to the queue without letting a broker that is away fail the page.

Whatever is queued here can also be found in the database (a notice without ``mailed_at``, a job in state queued), and
beat picks it up later. So an unreachable broker costs time, never the work.
"""

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send_after_commit(task: str, **arguments: Any) -> None:
    """Send the task by name once the surrounding transaction has committed."""
    transaction.on_commit(partial(send, task, **arguments))


def send(task: str, **arguments: Any) -> bool:
    """Send the task by name at once: for what no transaction has to bring about first. Whether the broker took it."""
    try:
        registered = current_app.tasks.get(task)
        if registered is None:
            current_app.send_task(task, kwargs=arguments)
        else:
            registered.delay(**arguments)
    except OperationalError:
        logger.warning("broker unreachable, beat will send %s later", task)
        return False
    return True
