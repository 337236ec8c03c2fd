"""Run as a program of its own (see ``pdf.py``): PDF on standard input, optionally the first page as PNG on output.

Exit: 0 opened · 3 needs a password · 4 broken or empty · 5 carries scripts. Imports nothing of the portal.
"""

import resource
import sys

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 15


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2  # under the limits set above
    import pypdfium2.raw  # as above

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        if len(document) == 0:
            return 4
        if pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0:
            return 5
        page = document[0]
        if len(sys.argv) > 1:
            side = int(sys.argv[1])
            picture = page.render(scale=side / max(page.get_size())).to_pil()
            picture.convert("RGB").save(sys.stdout.buffer, "PNG", optimize=True)
    except pypdfium2.PdfiumError as error:
        return 3 if "password" in str(error).lower() else 4
    except (MemoryError, ValueError, ZeroDivisionError, OSError):
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
