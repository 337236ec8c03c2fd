"""File names: whatever a person or an attacker calls a file, what is shown and saved is harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.attachments.formats.kinds import KINDS, KNOWN_EXTENSIONS, PDF, PNG, TXT
from core.attachments.names import LIMIT_BYTES, UNNAMED, file_name, shown_name


def named(raw: str, kind=PDF) -> str:
    return file_name(raw, kind.extensions, KNOWN_EXTENSIONS)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("任职通知.pdf", "任职通知.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\演示\\桌面\\通知.PDF", "通知.pdf"),
        ("通知\u202efdp.exe", "通知fdp.exe.pdf"),
        ("通\u200b知\x00\x07.pdf", "通知.pdf"),
        ("a\r\nContent-Type: text/html.pdf", "html.pdf"),
        ("  . 通知 . .pdf ", "通知.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("aux", "_aux.pdf"),
        ("张三150404199003070015正面.pdf", "张三150404__________15正面.pdf"),  # shown to many who see no number
        ("13800001234 王明.pdf", "138____1234 王明.pdf"),
        ("IMG_20260501_102030.pdf", "IMG_20260501_102030.pdf"),
        ('a<b>:"|?*%.pdf', "a_b_______.pdf"),
        ("通知:流.pdf", "通知_流.pdf"),
        ("", f"{UNNAMED}.pdf"),
        ("...", f"{UNNAMED}.pdf"),
        (".pdf", "pdf.pdf"),
        ("报告.pdf.exe", "报告.pdf.exe.pdf"),
        ("报告.docx", "报告.pdf"),
        ("第1.2版", "第1.2版.pdf"),
        ("ᠮᠣᠩᠭᠣᠯ\u180e\u200dᠪᠢᠴᠢᠭ.pdf", "ᠮᠣᠩᠭᠣᠯ\u180e\u200dᠪᠢᠴᠢᠭ.pdf"),
    ],
)
def test_name_is_cleaned(raw, shown):
    assert named(raw) == shown


def test_three_hundred_characters_are_shortened_with_their_ending():
    name = named("莫" * 300 + ".pdf")
    assert name.endswith("莫.pdf")
    assert len(name.encode()) <= LIMIT_BYTES


def test_ending_follows_the_content():
    assert named("现场.pdf", PNG) == "现场.png"
    assert named("启动.bat", TXT) == "启动.bat.txt"


@given(st.text(max_size=400), st.sampled_from(KINDS))
def test_any_name_becomes_safe_and_stays_as_it_is(raw, kind):
    name = named(raw, kind)
    assert name == named(name, kind)
    assert name.rpartition(".")[2] in kind.extensions
    assert not name.startswith((".", " "))
    assert len(name.encode()) <= LIMIT_BYTES
    assert not set(name) & set('/\\<>:"|?*%\r\n\t\0')
    kept = {"\u180e", "\u200c", "\u200d"}
    assert all(c in kept or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"} for c in name)


@given(st.text(max_size=300))
def test_shown_name_is_never_empty(raw):
    assert shown_name(raw).strip()
    assert shown_name(shown_name(raw)) == shown_name(raw)
