"""Notices: to whom, once, on the page, by e-mail."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from core import tasks
from core.models import Notice
from core.notices import notify
from core.notices.mail import mail_waiting
from organizations.models import User
from tests.core.list_checks import queries_of

pytestmark = pytest.mark.django_db
LIST = reverse("core:notice_list")


def told(user: User, **facts) -> Notice:
    notify([user], **{"kind": "test", "title": "请办理", "url": "/requests/", **facts})
    return Notice.objects.filter(recipient=user).latest("pk")


def test_each_active_person_is_told_once(songshan, chifeng):
    User.objects.filter(pk=chifeng.pk).update(is_active=False, deactivated_at=timezone.now())
    chifeng.refresh_from_db()
    assert notify([songshan, songshan, chifeng], kind="test", title="x") == 1
    assert [notice.recipient for notice in Notice.objects.all()] == [songshan]


def test_same_occasion_is_told_once(songshan, chifeng):
    assert notify([songshan], kind="test", title="x", once="occasion") == 1
    assert notify([songshan, chifeng], kind="test", title="x", once="occasion") == 1
    assert Notice.objects.filter(recipient=songshan).count() == 1
    assert notify([songshan], kind="test", title="x") == 1  # without a name every call tells


def test_list_shows_own_notices_and_marks_nothing(as_user, songshan, chifeng):
    own, _other = told(songshan), told(chifeng, title="别人的")
    client = as_user(songshan)
    for show in ("", "all"):
        page = client.get(LIST, {"show": show})
        assert list(page.context["notices"]) == [own]
    own.refresh_from_db()
    assert own.read_at is None
    assert len(queries_of(client, LIST)) <= 10


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "\x00"])
def test_list_takes_any_page_number(as_user, songshan, page):
    told(songshan)
    assert Notice.objects.get(recipient=songshan).title in as_user(songshan).get(LIST, {"page": page}).content.decode()


def test_opening_marks_read_and_leads_to_the_matter(as_user, songshan):
    notice = told(songshan)
    client = as_user(songshan)
    opened = reverse("core:notice_open", args=[notice.pk])
    assert client.get(opened).status_code == 405
    assert client.post(opened)["Location"] == "/requests/"
    notice.refresh_from_db()
    first = notice.read_at
    assert first
    client.post(opened)
    notice.refresh_from_db()
    assert notice.read_at == first


def test_opening_leads_nowhere_outside(as_user, songshan):
    notice = told(songshan, url="https://elsewhere.example/")
    assert as_user(songshan).post(reverse("core:notice_open", args=[notice.pk]))["Location"] == LIST


def test_notice_of_another_person_is_not_there(as_user, songshan, chifeng):
    assert as_user(chifeng).post(reverse("core:notice_open", args=[told(songshan).pk])).status_code == 404


def test_marking_all_leaves_what_came_in_meanwhile(as_user, songshan):
    seen, later = told(songshan), told(songshan)
    as_user(songshan).post(reverse("core:notice_read_all"), {"newest": seen.pk})
    assert list(Notice.objects.unread()) == [later]
    assert as_user(songshan).post(reverse("core:notice_read_all"), {"newest": "x"}).status_code == 302


def test_mail_leaves_after_the_commit_only(songshan, django_capture_on_commit_callbacks):
    User.objects.filter(pk=songshan.pk).update(email="songshan@example.org")
    songshan.refresh_from_db()
    with django_capture_on_commit_callbacks() as callbacks:
        notice = told(songshan, body="两处要改")
    assert mail.outbox == []
    assert tasks.mail_notices.name == "core.mail_notices", "registered, so that it is done at once in tests"
    for callback in callbacks:
        callback()
    notice.refresh_from_db()
    assert notice.mailed_at
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["songshan@example.org"], "请办理")
    assert "两处要改" in letter.body
    assert "/requests/" in letter.body


def test_what_was_not_mailed_is_mailed_later_and_once(songshan, settings):
    User.objects.filter(pk=songshan.pk).update(email="songshan@example.org")
    notice = told(songshan)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    assert mail_waiting() == 0
    notice.refresh_from_db()
    assert notice.mailed_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail_waiting() == 1
    assert mail_waiting() == 0
    assert len(mail.outbox) == 1


def test_one_that_cannot_be_mailed_keeps_no_other_back(songshan, chifeng, region):
    for user in (songshan, chifeng, region):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.org")
    User.objects.filter(pk=chifeng.pk).update(email="no\r\naddress")
    told(songshan, title="请办理：演练\r\nBcc: all@example.org")
    told(chifeng)
    told(region)
    assert mail_waiting() == 2
    assert [letter.subject for letter in mail.outbox] == ["请办理：演练 Bcc: all@example.org", "请办理"]
    assert [letter.recipients() for letter in mail.outbox] == [["songshan@example.org"], ["region@example.org"]]


def test_people_without_an_address_get_no_mail(songshan):
    told(songshan)
    assert mail_waiting() == 0
    assert mail.outbox == []
