"""Chinese is the portal's language, English the one beside it: pages follow the reader, what is kept stays Chinese."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import django
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.language import in_chinese
from core.models import AccessLog, Job, Notice
from organizations.forms import ReasonForm
from organizations.models import Organization, User
from tests.organizations.helpers import submitted

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ROOT / "locale/en/LC_MESSAGES/django.po"
PARTS = ("assessments", "core", "organizations", "people", "portal", "teams", "templates", "training")
HAN = re.compile("[\u4e00-\u9fff]+")
HOME, OFFICES = reverse("portal:home"), reverse("organizations:organization_list")


def told_by(*command: object) -> str:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def english(settings, tmp_path):
    """A function that makes a client read English, with the catalogue as it is now."""
    compiled = tmp_path / "en/LC_MESSAGES/django.mo"
    compiled.parent.mkdir(parents=True)
    told_by("msgfmt", "-o", compiled, ENGLISH)
    settings.LOCALE_PATHS = [tmp_path]

    def choose(client: Client) -> Client:
        answer = client.post(reverse("set_language"), {"language": "en", "next": HOME})
        assert (answer.status_code, answer["Location"]) == (302, HOME)
        return client

    return choose


def page(client: Client, url: str) -> str:
    """What the page says without what is data: names of people and offices, and the languages' own names."""
    text = client.get(url).content.decode().replace("简体中文", "")
    names = [*Organization.objects.values_list("name", "short_name"), *User.objects.values_list("name", "username")]
    for name in sorted({name for pair in names for name in pair}, key=len, reverse=True):
        text = text.replace(name, "")
    return text


# -- the catalogue ----------------------------------------------------------------------------------------
def test_every_text_has_its_english(settings, tmp_path, monkeypatch):
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    found = tmp_path / "locale/en/LC_MESSAGES/django.po"
    found.parent.mkdir(parents=True)
    shutil.copy(ENGLISH, found)
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    call_command("makemessages", verbosity=0)
    assert told_by("msgattrib", "--untranslated", found) == "", "bin/manage makemessages, then fill in the English"
    kept, now = (told_by("msgattrib", "--no-location", "--sort-output", path) for path in (ENGLISH, found))
    assert _texts(kept) == _texts(now), "the catalogue holds texts that are no more: bin/manage makemessages"


def _texts(catalogue: str) -> list[str]:
    return catalogue.split("\n\n")[1:]  # the head bears dates


def test_texts_are_marked_by_a_name_that_is_looked_for():
    """``gettext as _now`` hides a text from the catalogue: it is then Chinese in English, and nothing says so."""
    renamed = re.compile(r"\b(?:n?p?gettext(?:_lazy)?) as (?!_$)\w+", re.M)
    found = [path for part in PARTS for path in (ROOT / part).rglob("*.py") if renamed.search(path.read_text())]
    assert found == []


def test_catalogue_is_sound():
    assert told_by("msgattrib", "--untranslated", ENGLISH) == told_by("msgattrib", "--only-fuzzy", ENGLISH) == ""
    told_by("msgfmt", "--check", "-o", "/dev/null", ENGLISH)  # placeholders and plurals agree


def test_what_the_framework_says_stiffly_is_said_plainly(settings, tmp_path):
    """Each text is one the framework still has, or it would be said the framework's way again after an upgrade."""
    own = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
    compiled = tmp_path / "zh_Hans/LC_MESSAGES/django.mo"
    compiled.parent.mkdir(parents=True)
    told_by("msgfmt", "--check-format", "-o", compiled, own)
    theirs = Path(django.__file__).parent / "conf/locale/zh_Hans/LC_MESSAGES/django.po"
    common = told_by("msgcomm", "--more-than=1", "--no-location", own, theirs)
    assert common.count("\nmsgid ") == own.read_text().count("\nmsgid ")
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("en"), translation.override("zh-hans"):
        form = ReasonForm({"reason": "长" * 151})
        assert form.errors["reason"] == ["最多 150 个字，现在有 151 个。"]
        assert "不能保存的字符" in ReasonForm({"reason": "调\0离"}).errors["reason"][0]


def test_english_is_english():
    """But for the names of papers, the words a Chinese sheet wants, and examples of what is written in Chinese."""
    kept = {"内红赈发", "是", "否", "号", "第", "年", "月", "日", "李志强", "红十字", "救援队", "副队长"}
    kept |= {"赤红发", "内红发", "应急", "赤峰市红十字水上救援队", "至", "男", "女", "蒙古族"}
    english = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', ENGLISH.read_text(encoding="utf-8"), re.MULTILINE)
    assert [text for text in english if set(HAN.findall(text)) - kept] == []


def test_no_text_hides_in_an_f_string():
    """There it would not be found and so never translated."""
    hidden = []
    for path in (path for part in PARTS for path in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Call):
                name = getattr(node.value.func, "id", "")
                hidden += [f"{path}:{node.lineno}"] if name == "_" or "gettext" in name else []
    assert hidden == []


# -- pages ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(("url", "words"), [(HOME, "To do today"), (OFFICES, "In force")])
def test_pages_follow_the_choice(as_user, region, english, url, words):
    client = as_user(region)
    before = client.get(url, headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hans"' in before.content.decode()  # what the browser wishes does not count
    assert words not in before.content.decode()
    text = page(english(client), url)
    assert '<html lang="en"' in text
    assert words in text


@pytest.mark.django_db
def test_no_chinese_is_left_around_the_work(as_user, region_security, songshan, english):
    submitted(songshan)
    text = page(english(as_user(region_security)), HOME)
    assert "asks for an account" in text
    assert HAN.findall(text.replace("王小明（演示）", "")) == []


@pytest.mark.django_db
def test_choice_is_remembered_and_can_be_taken_back(as_user, region, english):
    client = english(as_user(region))
    cookie = client.cookies["portal_language"]
    assert (cookie.value, cookie["max-age"], cookie["httponly"]) == ("en", 365 * 24 * 3600, True)
    client.post(reverse("set_language"), {"language": "zh-hans", "next": HOME})
    assert "今天要办" in client.get(HOME).content.decode()
    client.cookies["portal_language"] = "xx"
    assert "今天要办" in client.get(HOME).content.decode()


@pytest.mark.django_db
def test_who_is_not_signed_in_can_choose_too(english, client):
    assert 'value="en"' in client.get(reverse("account_login")).content.decode()
    for route in ("account_login", "verify_lookup"):
        assert HAN.findall(page(english(client), reverse(route))) == []
    missing = client.get("/nothing/")
    assert "Not found" in missing.content.decode()
    assert HAN.findall(missing.content.decode()) == []


# -- what is kept -------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_notices_and_jobs_are_kept_in_chinese(as_user, english, region_security, songshan):
    record = submitted(songshan)
    move = reverse("organizations:request_move", args=[record.pk])
    english(as_user(region_security)).post(move, {"action": "approve"})
    title = f"{record.number} 已开户：{record.name}，登录名 {record.username}"
    assert Notice.objects.filter(recipient=songshan, kind="request_approved", title=title).count() == 1
    assert [job.title for job in Job.objects.filter(kind="account_slip")] == [f"账号开通单 {record.number}"]


@pytest.mark.django_db
def test_refusals_are_shown_in_english_and_kept_in_chinese(as_user, english, songshan):
    client = english(as_user(songshan))
    refused = client.get(reverse("audit:list"))
    assert (refused.status_code, "belongs to the audit administrator" in refused.content.decode()) == (403, True)
    reason = AccessLog.objects.get(kind=AccessLog.Kind.REFUSED).detail["reason"]
    assert reason == "查看操作记录是审计管理员的职责，您现在没有这项职责。"


@pytest.mark.django_db
def test_files_are_chinese(as_user, english, region):
    assert b"".join(english(as_user(region)).get(f"{OFFICES}?export=xlsx").streaming_content)[:2] == b"PK"
    exported = AccessLog.objects.get(kind=AccessLog.Kind.EXPORTED)
    assert (exported.subject, exported.detail["shown"][:3]) == ("机构", "机构；")


def test_in_chinese_gives_the_readers_language_back():
    with translation.override("en"):
        with in_chinese():
            assert translation.get_language() == "zh-hans"
        assert translation.get_language() == "en"
