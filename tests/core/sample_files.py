"""Real files for the tests of uploads, built byte by byte where no library would build them so."""

import io
import struct
import zipfile
import zlib
from functools import cache

import pikepdf
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>{override}</Types>'
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@cache  # the file identifier is random; the same bytes every time are opened and judged once (core.attachments)
def pdf(*, password: str = "", script: str = "", pages: int = 1) -> bytes:
    document = pikepdf.new()
    for _page in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(script))
        names = pikepdf.Array([pikepdf.String("run"), document.make_indirect(action)])
        document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    return out.getvalue()


def jpeg_with_gps(size: tuple[int, int] = (320, 200)) -> bytes:
    """Left half red, right half blue, turned on its side by EXIF orientation 6, taken in Chifeng."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Demo Camera"
    exif[0x8825] = {1: "N", 2: (42.0, 15.0, 0.0), 3: "E", 4: (118.0, 53.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


def image(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128).save(out, kind)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of under 100 bytes whose header claims any size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(extra: dict[str, bytes | str] | None = None, media_type: str = _WORD) -> bytes:
    override = f'<Override PartName="/word/document.xml" ContentType="{media_type}"/>'
    return zipped(
        {"[Content_Types].xml": _TYPES.format(override=override), "word/document.xml": "<document/>", **(extra or {})}
    )


def pptx() -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    override = f'<Override PartName="/ppt/presentation.xml" ContentType="{kind}"/>'
    return zipped({"[Content_Types].xml": _TYPES.format(override=override), "ppt/presentation.xml": "<presentation/>"})


def xlsx(rows: int = 3) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名册")
        for row in range(rows):
            sheet.write_row(row, 0, ["敖特根巴雅尔·孟和", "演示", row])
    return out.getvalue()


def lying_about_size(archive: bytes, part: str, claimed: int) -> bytes:
    """The zip with the unpacked size of ``part`` falsified in the directory and in the local header."""
    name, data = part.encode(), bytearray(archive)
    central = data.rindex(name) - 46
    local = data.index(name) - 30
    assert data[central : central + 4] == b"PK\x01\x02"
    assert data[local : local + 4] == b"PK\x03\x04"
    struct.pack_into("<I", data, central + 24, claimed)
    struct.pack_into("<I", data, local + 22, claimed)
    return bytes(data)


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file (MS-CFB, version 3) with ``streams`` in its root. Streams are padded past the mini cutoff."""
    sector, free, end, fat_mark = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat, body, entries = [fat_mark], b"", []
    directory_sectors = (len(streams) + 1 + 3) // 4
    fat += [*range(2, directory_sectors + 1), end]
    for name, data in streams.items():
        padded = data.ljust(max(4096, -(-len(data) // sector) * sector), b"\0")
        start, count = len(fat), len(padded) // sector
        fat += [*range(start + 1, start + count), end]
        body += padded
        entries.append((name, 2, start, len(padded)))

    def entry(name: str, kind: int, start: int, size: int, right: int = free, child: int = free) -> bytes:
        text = name.encode("utf-16-le").ljust(64, b"\0")
        length = len(name) * 2 + 2
        links = struct.pack("<III", free, right, child)
        return text + struct.pack("<HBB", length, kind, 1) + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    table = entry("Root Entry", 5, end, 0, child=1 if entries else free)
    for place, (name, kind, start, size) in enumerate(entries, 1):
        table += entry(name, kind, start, size, right=place + 1 if place < len(entries) else free)
    table = table.ljust(directory_sectors * sector, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * 432
    return header + struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff") + table + body


def upload(data: bytes, name: str = "任职通知.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)
