"""Uploads are judged by their bytes: real files pass, disguised, broken and hostile ones are refused in plain words."""

import io
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from PIL import ImageFile
from PIL.PngImagePlugin import PngImageFile

from core.attachments.checks import check
from core.attachments.formats.images import check_image
from core.attachments.formats.kinds import PNG
from tests.core import sample_files as files

MZ = b"MZ\x90\x00" + b"\0" * 60 + b"This program cannot be run in DOS mode."
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ENCRYPTED_DOC = b"\xec\xa5\xc1\0" + b"\0" * 7 + b"\x01"
ENCRYPTED_XLS = b"\x09\x08\x10\x00" + b"\0" * 16 + b"\x2f\x00\x06\x00" + b"\0" * 6


def checked(data: bytes, name: str = "材料.bin"):
    return check(io.BytesIO(data), name, len(data))


def refused(data: bytes, name: str = "材料.bin") -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        checked(data, name)
    assert f"“{name}”" in caught.value.messages[0]
    assert "可以上传 PDF、图片" in caught.value.messages[0]
    return caught.value


@pytest.mark.parametrize(
    ("data", "name", "shown", "media_type"),
    [
        (files.pdf(), "任职通知.pdf", "任职通知.pdf", "application/pdf"),
        (files.pdf(), "任职通知.exe", "任职通知.exe.pdf", "application/pdf"),
        (files.jpeg_with_gps(), "现场.JPG", "现场.jpg", "image/jpeg"),
        (files.image("PNG"), "现场", "现场.png", "image/png"),
        (files.image("PNG", mode="P"), "章.png", "章.png", "image/png"),
        (files.image("WEBP"), "现场.jpg", "现场.webp", "image/webp"),
        (files.docx(), "报告.docx", "报告.docx", "wordprocessingml.document"),
        (files.docx({"word/embeddings/表.xlsx": files.xlsx()}), "报告.docx", "报告.docx", "wordprocessingml.document"),
        (files.xlsx(2000), "名册.xlsx", "名册.xlsx", "spreadsheetml.sheet"),
        (files.pptx(), "课件.pptx", "课件.pptx", "presentationml.presentation"),
        (files.ole({"WordDocument": b"\xec\xa5\xc1\0"}), "旧报告.doc", "旧报告.doc", "application/msword"),
        (files.ole({"Workbook": b"\x09\x08\x10\x00"}), "旧名册.et", "旧名册.et", "application/vnd.ms-excel"),
        ("姓名,单位\r\n喆堃祎,赤峰\r\n".encode(), "名册.csv", "名册.csv", "text/csv"),
        ("\ufeff姓名\r\n".encode(), "名册.csv", "名册.csv", "text/csv"),
        ("姓名,单位\r\n镕犇䶮,赤峰\r\n".encode("gb18030"), "名册.csv", "名册.csv", "text/csv"),
        ("说明：1 < 2，见附件".encode(), "说明", "说明.txt", "text/plain"),
    ],
)
def test_real_file_is_accepted_as_what_it_is(data, name, shown, media_type):
    found = checked(data, name)
    assert found.name == shown
    assert found.media_type.endswith(media_type)
    assert found.size == len(data)


@pytest.mark.parametrize(
    ("data", "name", "code", "says"),
    [
        (b"", "空.pdf", "empty", "文件是空的"),
        (MZ, "通知.pdf", "script", "这是程序文件"),
        (b"\x7fELF" + b"\0" * 60, "通知.docx", "script", "这是程序文件"),
        (b"#!/bin/sh\nrm -rf /\n", "说明.txt", "script", "这是程序文件"),
        (SVG, "图.svg", "script", "网页或带脚本"),
        (SVG, "图.png", "script", "网页或带脚本"),
        (b"<!DOCTYPE html><title>x</title>", "说明.txt", "script", "网页或带脚本"),
        ("姓名\n<SCRIPT src=x></SCRIPT>".encode("gb18030"), "名册.csv", "script", "网页或带脚本"),
        (b"x" * (256 * 1024 - 3) + b"<script>", "长.txt", "script", "网页或带脚本"),
        (files.pdf(password="demo"), "加密.pdf", "encrypted", "设了密码"),
        (files.pdf(script="app.alert(1)"), "脚本.pdf", "script", "PDF 里带有脚本"),
        (b"%PDF-1.7\nnothing", "坏.pdf", "damaged", "PDF 不完整"),
        (files.pdf() + files.zipped({"a.txt": "x"}), "双面.pdf", "polyglot", "藏着一个压缩包"),
        (files.image("PNG") + files.zipped({"a.txt": "x"}), "双面.png", "polyglot", "藏着一个压缩包"),
        (files.jpeg_with_gps()[:-400], "半张.jpg", "damaged", "图片不完整"),
        (files.image("PNG", (200, 200))[:-40], "半张.png", "damaged", "图片不完整"),
        (files.png_claiming(100, 100), "短.png", "damaged", "图片不完整"),
        (files.png_claiming(100_000, 100_000), "大.png", "pixels", "像素太多"),
        (files.png_claiming(9_500, 9_500), "大.png", "pixels", "像素太多"),
        (files.png_claiming(12_000, 10_000), "大.png", "pixels", "像素太多"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "照片.heic", "unsupported", "HEIC"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 40, "视频.mp4", "unsupported", "音频和视频"),
        (b"GIF89a" + b"\0" * 40, "动图.gif", "unsupported", "另存为 JPG"),
        (b"Rar!\x1a\x07\0", "材料.rar", "unsupported", "这是压缩包"),
        (b"{\\rtf1 x}", "说明.rtf", "unsupported", "RTF"),
        (files.zipped({"a.txt": "x"}), "材料.docx", "unsupported", "这是压缩包"),
        (files.zipped({"OFD.xml": "<x/>"}), "公文.ofd", "unsupported", "OFD"),
        (files.docx(media_type="application/octet-stream"), "假.docx", "unsupported", "不是 Word"),
        (files.docx({"word/vbaProject.bin": b"x"}), "宏.docx", "macro", "带有宏"),
        (files.docx(media_type="application/vnd.ms-word.document.macroEnabled.main+xml"), "宏.docx", "macro", "带有宏"),
        (files.docx({"word/embeddings/a.exe": b"x"}), "夹带.docx", "embedded", "嵌有程序"),
        (files.docx({"word/embeddings/oleObject1.bin": MZ}), "夹带.docx", "embedded", "嵌有程序"),
        (files.docx({"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "实体.docx", "damaged", "已损坏"),
        (files.docx({"../../x.xml": "<a/>"}), "越界.docx", "damaged", "已损坏"),
        (files.docx()[:-30], "半份.docx", "damaged", "已损坏"),
        (files.zipped({"[Content_Types].xml": "x"}, zipfile.ZIP_LZMA), "怪.docx", "damaged", "已损坏"),
        (files.ole({"Anything": b"x"}), "安装包.doc", "unsupported", "不是 Word 或 Excel"),
        (files.ole({"WordDocument": ENCRYPTED_DOC}), "加密.doc", "encrypted", "设了密码"),
        (files.ole({"Workbook": ENCRYPTED_XLS}), "加密.xls", "encrypted", "设了密码"),
        (files.ole({"EncryptedPackage": b"x"}), "加密.docx", "encrypted", "设了密码"),
        (files.ole({"WordDocument": b"x", "_VBA_PROJECT": b"x"}), "宏.doc", "macro", "带有宏"),
        (files.ole({"WordDocument": b"x", "\x01Ole10Native": b"x"}), "夹带.doc", "embedded", "嵌有别的程序"),
        (files.ole({"WordDocument": b"x"})[:600], "半份.doc", "damaged", "已损坏"),
        (b"name\0\0\0value", "名册.csv", "unknown", "认不出"),
        (b"\x81\x82\xff\xff\xfe\x00abc", "名册.csv", "unknown", "认不出"),
        (b"\x80\x80\x80\xff\xff", "名册.csv", "unknown", "认不出"),
    ],
)
def test_file_is_refused_in_plain_words(data, name, code, says):
    error = refused(data, name)
    assert error.code == code
    assert says in error.messages[0]


def test_cut_off_picture_is_refused_also_after_printing(monkeypatch):
    """WeasyPrint lets Pillow take cut-off pictures, process-wide; uploads must not depend on what ran before."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert refused(files.jpeg_with_gps()[:-400], "半张.jpg").code == "damaged"


def bomb(megabytes: int = 210) -> bytes:
    return files.docx({"word/media/a.xml": b"\0" * (megabytes * 1024 * 1024)})


def test_zip_bomb_is_refused_from_its_directory():
    data = bomb()
    tracemalloc.start()
    assert refused(data, "炸弹.docx").code == "bomb"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_zip_bomb_that_lies_about_its_size_is_refused():
    data = files.lying_about_size(bomb(100), "word/media/a.xml", 1000)
    assert refused(data, "炸弹.docx").code in {"bomb", "damaged"}


def test_zip_bomb_inside_a_part_is_refused():
    inner = files.zipped({"a.xml": b"\0" * (100 * 1024 * 1024)})
    assert refused(files.docx({"word/embeddings/表.xlsx": inner}), "套娃.docx").code == "bomb"
    deep = files.zipped({"a.txt": "x"})
    for _level in range(4):
        deep = files.zipped({"a.zip": deep}, zipfile.ZIP_STORED)
    assert refused(files.docx({"word/embeddings/表.xlsx": deep}), "套娃.docx").code == "bomb"


def test_too_many_parts_are_refused():
    assert refused(files.docx({f"word/{n}.xml": b"" for n in range(5001)}), "碎.docx").code == "bomb"


def test_huge_picture_is_refused_without_memory():
    data = files.png_claiming(100_000, 100_000)
    tracemalloc.start()
    refused(data, "大.png")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


@override_settings(UPLOAD_MAX_BYTES=1000)
def test_size_and_limit_are_named():
    error = refused(b"x" * 1001, "长.txt")
    assert error.code == "too_large"
    assert "1 KB" in error.messages[0]


def test_file_is_left_at_its_start():
    file = io.BytesIO(files.pdf())
    check(file, "a.pdf", 100)
    assert file.tell() == 0


def test_large_pictures_are_unpacked_one_after_the_other(monkeypatch):
    """Eight at once, each a few kilobytes, took the process that answers everybody 1.3 GB."""
    inside, most, load = [], [], PngImageFile.load

    def noting(image):
        inside.append(id(image))
        most.append(len(inside))
        sleep(0.05)
        try:
            return load(image)
        finally:
            inside.remove(id(image))

    monkeypatch.setattr(PngImageFile, "load", noting)
    data = files.image("PNG", (4000, 3100), "L")
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _n: check_image(io.BytesIO(data)), range(4)))
    assert found == [PNG] * 4
    assert most == [1] * 4
