"""Which files are served: our own, and of packages and libraries only what pages use. Their folders hold thousands;
hashing and compressing them all would make the first start minutes long, and some refer to files that the packages do
not ship."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder, FileSystemFinder
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

USED = {
    "vendor/tabler/css/tabler.min.css",
    "vendor/tabler/css/tabler.min.css.map",
    "vendor/htmx/htmx.min.js",
    "vendor/jsqr/jsQR.js",
    "vendor/tus/tus.min.js",
    "vendor/tus/tus.min.js.map",
    "account/js/onload.js",
    "mfa/js/webauthn-json.js",
    "mfa/js/webauthn.js",
}
PRINTED = "pdf/"  # style sheets of papers: read where papers are drawn, never served


class UsedFilesFinder(FileSystemFinder):
    """Our own files but those of papers; of ``vendor/`` only what is named in ``USED``."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        for path, storage in super().list(ignore_patterns):
            prefix = getattr(storage, "prefix", None)
            if f"{prefix}/{path}" in USED or not (prefix or path.startswith(PRINTED)):
                yield path, storage


class UsedAppsFinder(AppDirectoriesFinder):
    """Of the libraries' files what is named in ``USED``."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        return ((path, storage) for path, storage in super().list(ignore_patterns) if path in USED)


class _Addressed(StaticFilesStorage):
    """Works out the address of a file once: a page names the same few files, above all its icons, up to a hundred
    times, and what they are called does not change while the server runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)  # type: ignore[method-assign]


class HashedFiles(_Addressed, CompressedManifestStaticFilesStorage):
    """As served: named by their content, and compressed."""


class PlainFiles(_Addressed):
    """As the tests name them: without having to be collected first."""
