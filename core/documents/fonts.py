"""The fonts of printed papers: the office's own folder, then Noto, and nothing else of the machine.

A paper must not look different because somebody installed a font, so fontconfig reads a file of ours. It also names
the bold cuts that call themselves regular (Fandol), which would otherwise be picked for plain text.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings

# Where Debian, Fedora and Arch put Noto; folders that are not there do no harm.
_NOTO = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/noto",
)
_WANTED = ("NotoSerifCJK*", "NotoSansCJK*", "NotoSansMongolian*")
_MISLABELLED = ("FandolSong-Bold*", "FandolHei-Bold*", "FandolBraille*")
_LIGATURES = ("liga", "clig", "dlig", "hlig", "calt")  # said here and not by a style, which would say it of every text
_OTHER_REGIONS = ("JP", "KR", "TC", "HK")  # the same files hold their glyph shapes, which are not ours


def _config() -> str:
    folders = [str(settings.FONT_DIR), *_NOTO]
    lines = [f"<dir>{escape(folder)}</dir>" for folder in folders]
    lines += [f"<cachedir>{escape(str(_cache()))}</cachedir>", "<selectfont>"]
    lines += [f"<acceptfont><glob>*/{name}</glob></acceptfont>" for name in _WANTED]
    lines += [f"<rejectfont><glob>{folder}/*</glob></rejectfont>" for folder in _NOTO]
    lines += [f"<rejectfont><glob>*/{name}</glob></rejectfont>" for name in _MISLABELLED]
    lines += [
        '<rejectfont><pattern><patelt name="family">'
        f"<string>Noto {style} CJK {region}</string></patelt></pattern></rejectfont>"
        for style in ("Serif", "Sans", "Sans Mono")
        for region in _OTHER_REGIONS
    ]
    lines += ["</selectfont>", '<match target="font"><edit name="fontfeatures" mode="assign">']
    lines += [f"<string>{feature}=0</string>" for feature in _LIGATURES]
    lines.append("</edit></match>")
    body = "\n".join(lines)
    return f'<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n{body}\n</fontconfig>\n'


@lru_cache(maxsize=1)
def fonts_version() -> str:
    """Changes when a font comes, goes or is exchanged: what was printed before would now look different."""
    ours = [path for path in sorted(Path(settings.FONT_DIR).rglob("*")) if path.is_file()]
    noto = [path for folder in _NOTO for wanted in _WANTED for path in sorted(Path(folder).glob(wanted))]
    names = "\n".join((*(f"{path.name} {path.stat().st_size}" for path in (*ours, *noto)), *_LIGATURES))
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def _cache() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "fontconfig"


def write_config() -> Path:
    """Bring the file up to date; several processes may do so at once."""
    _cache().mkdir(parents=True, exist_ok=True)
    path = _cache().parent / "fonts.conf"
    text = _config()
    if not path.exists() or path.read_text() != text:
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(path)
    return path


@contextmanager
def only_our_fonts() -> Iterator[None]:
    """While open, fontconfig starts from our file. It is read once, so the environment is put back afterwards and
    programs that this process starts keep their fonts."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(write_config())
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
