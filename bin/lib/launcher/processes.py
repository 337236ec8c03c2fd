"""Starting one child so that it can always be found and ended again.

Every child leads a process group of its own, so that Ctrl-C in the terminal reaches the supervisor alone and
the stop has an order: web and worker first, the database last. (In one shared group the database would close
under a task that is still being finished, and Celery would take the doubled signal as "drop everything".)
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def die_with_parent(parent: int, number: int) -> Callable[[], None] | None:
    """Runs in the child before exec: the kernel sends ``number`` when the supervisor ends, however it ends."""
    if _libc is None:
        return None

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return prepare


def start(
    command: list[str],
    *,
    environment: dict[str, str],
    folder: Path,
    stop_signal: int,
    user: int | None,
    group: int | None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        process_group=0,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        preexec_fn=die_with_parent(os.getpid(), stop_signal),
    )


def signal_group(group: int, number: int) -> bool:
    """False when the group is empty."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS: what is left are zombies
        return False
    return True


def kill_group(group: int) -> None:
    signal_group(group, signal.SIGKILL)
