"""Run as a program of its own (see ``opening.py``): reads every sheet of the workbook on standard input.

Exit: 0 read, or for the portal to say why not · anything else: it took more memory or time than there is for it.
Imports nothing of the portal.
"""

import os
import resource
import sys
from io import BytesIO

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 20
TOO_MUCH = 6


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, CalamineWorkbook  # under the limits set above

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
        for name in book.sheet_names:
            book.get_sheet_by_name(name)
    except (CalamineError, ValueError, OSError):
        return 0
    except MemoryError:
        return TOO_MUCH
    return 0


if __name__ == "__main__":
    os._exit(main())  # what was read is not tidied up: that takes as long again
