"""Brings database and static files to what the code expects. One Django process, since each start costs seconds.

Runs as a script, with the portal's environment. In production the portal's own system checks decide whether it
may start at all (default secret, no TLS address, demo accounts): they are asked before and after the migrations.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    sys.path[0] = str(ROOT)  # not this folder: its module names are no part of the portal's
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.core.management.base import SystemCheckError

    try:
        django.setup()
        production = os.environ.get("DJANGO_ENV") == "production"
        # Before anything is written: in production the portal's own conditions, elsewhere whatever Django finds.
        call_command("check", deploy=production, tags=["portal"] if production else None, fail_level="ERROR")
        call_command("migrate", interactive=False, verbosity=1)
        if production:
            call_command("check", deploy=True, databases=["default"], fail_level="ERROR")
        call_command("load_reference")
        if not production:
            call_command("make_demo")
        collect_static()
    except (ImproperlyConfigured, SystemCheckError, CommandError) as error:
        print(f"拒绝启动 / Refusing to start:\n{error}")
        return 1
    return 0


def collect_static() -> None:
    """Only when a source file changed: hashing and compressing all of them takes longer than the rest of a start."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{storage.location}/{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    cut_off = not stamp.exists()  # a file half copied would be taken for a newer one and be left so
    if not cut_off and stamp.read_text() == digest.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=cut_off)
    stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    sys.exit(main())
