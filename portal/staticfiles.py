"""Which files of the front-end packages are served. Their folders hold thousands; hashing and compressing them
all would make the first start minutes long, and some refer to files that the packages do not ship."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder

USED = {
    "vendor/tabler/css/tabler.min.css",
    "vendor/tabler/css/tabler.min.css.map",
    "vendor/htmx/htmx.min.js",
    "vendor/echarts/echarts.min.js",
    "vendor/jsqr/jsQR.js",
    "vendor/tus/tus.min.js",
    "vendor/tus/tus.min.js.map",
}


class UsedFilesFinder(FileSystemFinder):
    """Our own files whole, of ``vendor/`` only what is named in ``USED``."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        for path, storage in super().list(ignore_patterns):
            prefix = getattr(storage, "prefix", None)
            if not prefix or f"{prefix}/{path}" in USED:
                yield path, storage
