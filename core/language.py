"""Pages speak the reader's language. What is stored, sent or handed out as a file is Chinese, whoever caused it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import lazy
from django_stubs_ext import StrOrPromise


@contextmanager
def in_chinese() -> Iterator[None]:
    """Texts put into words within are Chinese. Around what writes notices, titles, reasons, papers and exports."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def as_stored(message: StrOrPromise, **words: Any) -> str:
    """``message % words`` in Chinese, for what is kept in a record: whoever acts, and reads another language."""
    with in_chinese():
        return str(message) % words


def sentence(message: StrOrPromise, words: Mapping[str, Any]) -> StrOrPromise:
    """``message % words``, put together when it is read: the page shows it in its language, the record in Chinese."""
    return _together(message, words)


_together = lazy(lambda message, words: str(message) % words, str)  # once: each call of lazy() builds a class
