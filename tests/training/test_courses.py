"""A syllabus is drawn up, published and then stays; the next begins as its copy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from organizations.models import User
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.training import builders
from tests.training.builders import downloaded
from training.catalogue.syllabus import compare
from training.models import Course, CourseVersion, Lesson
from training.views.courses import CourseList

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def lines(*rows: dict[str, Any], **facts: Any) -> dict[str, Any]:
    data = {
        "lessons-TOTAL_FORMS": len(rows),
        "lessons-INITIAL_FORMS": 0,
        "version": 1,
        "goal": "会自救\r\n会救人",
        **facts,
    }
    for number, row in enumerate(rows):
        data |= {f"lessons-{number}-{name}": value for name, value in {"form": "theory", **row}.items()}
    return data


def test_course_is_drawn_up_published_and_revised(songshan: User, baotou: User, as_user: SignIn) -> None:
    client = as_user(songshan)
    data = {"organization": songshan.organization_id, "name": "水域救援（演示）", "kind": "skill",
            "certificate_kind": "first_aid"}  # fmt: skip
    answer = client.post(reverse("training:course_create"), data)
    first = CourseVersion.objects.get(course__name="水域救援（演示）")
    edit = reverse("training:version_edit", args=[first.pk])
    assert answer["Location"] == edit
    assert client.get(edit).status_code == 200
    client.post(edit, lines(
        {"position": "20", "name": "抛投", "lessons": "4", "form": "practice"},
        {"position": "10", "name": "概论", "lessons": "1.5"},
        {"position": "30", "name": "不要的", "lessons": "x", "gone": "on"},
        {"position": "", "name": "", "lessons": ""},
        {"position": "", "name": "考核", "lessons": "2", "form": "exam"},
    ))  # fmt: skip
    assert list(first.lessons.values_list("name", "lessons")) == [("概论", 1.5), ("抛投", 4), ("考核", 2)]
    first.refresh_from_db()
    assert first.goal == "会自救\r\n会救人"
    assert as_user(baotou).get(first.get_absolute_url()).status_code == 404  # a draft
    client.post(reverse("training:version_publish", args=[first.pk]))
    first.refresh_from_db()
    assert first.published_by == songshan
    page = as_user(baotou).get(first.course.get_absolute_url()).content.decode()
    assert "7.5" in page
    assert "5.6" in page  # hours, 45 minutes each
    again = client.post(edit, lines({"name": "别的", "lessons": "1"}), follow=True)
    assert "已经发布，不能再改" in again.content.decode()
    assert first.lessons.count() == 3
    client.post(reverse("training:version_draft", args=[first.course_id]))
    client.post(reverse("training:version_draft", args=[first.course_id]))  # goes on with the one begun
    second = CourseVersion.objects.get(course=first.course, number=2)
    assert list(second.lessons.values_list("name", flat=True)) == ["概论", "抛投", "考核"]
    client.post(reverse("training:version_edit", args=[second.pk]), lines(
        {"name": "概论", "lessons": "2"}, {"name": "考核", "lessons": "2", "form": "exam"},
        {"name": "冰面", "lessons": "3", "form": "practice"},
    ))  # fmt: skip
    compared = client.get(reverse("training:course_compare", args=[first.course_id]))
    found = [(row.state, (row.new or row.old).name) for row in compared.context["rows"]]
    assert found == [("changed", "概论"), ("same", "考核"), ("added", "冰面"), ("removed", "抛投")]
    assert len(queries_of(client, first.course.get_absolute_url())) <= 10
    assert len(queries_of(client, first.get_absolute_url())) <= 10


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"name": "无学时", "lessons": ""}, "lessons"),
        ({"name": "太少", "lessons": "0.2"}, "lessons"),
        ({"name": "", "lessons": "3"}, "name"),
        ({"name": "怪", "lessons": "3", "form": "nothing"}, "form"),
    ],
)
def test_wrong_lines_are_marked_and_nothing_is_lost(
    songshan: User, as_user: SignIn, row: dict[str, Any], told: str
) -> None:
    draft = builders.course(songshan.organization, published=False).versions.get()
    answer = as_user(songshan).post(
        reverse("training:version_edit", args=[draft.pk]), lines({"name": "好的", "lessons": "1"}, row)
    )
    assert told in answer.context["form"].lines.forms[1].errors
    assert "好的" in answer.content.decode()
    assert draft.lessons.count() == 2


def test_empty_syllabus_is_not_published_and_looking_changes_nothing(songshan: User, as_user: SignIn) -> None:
    draft = builders.course(songshan.organization, lessons=0, published=False).versions.get()
    client, url = as_user(songshan), reverse("training:version_publish", args=[draft.pk])
    client.get(url)
    assert "还没有课目" in client.post(url, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.published_at is None


def test_the_database_keeps_a_published_syllabus(songshan: User) -> None:
    version = builders.course(songshan.organization).versions.get()
    lesson = version.lessons.first()
    assert lesson is not None
    acts: list[Callable[[], Any]] = [
        lambda: Lesson.objects.filter(pk=lesson.pk).update(lessons=9),
        lambda: Lesson.objects.filter(pk=lesson.pk).delete(),
        lambda: Lesson.objects.create(version_of=version, name="多的", lessons=1),
        lambda: CourseVersion.objects.filter(pk=version.pk).delete(),
        lambda: CourseVersion.objects.filter(pk=version.pk).update(goal="别的"),
    ]
    for act in acts:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_somebody_else_saved_the_syllabus_meanwhile(songshan: User, as_user: SignIn) -> None:
    draft = builders.course(songshan.organization, published=False).versions.get()
    client, url = as_user(songshan), reverse("training:version_edit", args=[draft.pk])
    client.post(url, lines({"name": "先存的", "lessons": "1"}))
    answer = client.post(url, lines({"name": "后存的", "lessons": "1"}, goal="另一个"))
    assert answer.context["form"].clashes
    assert list(draft.lessons.values_list("name", flat=True)) == ["先存的"]


def test_lessons_of_one_name_are_compared_one_by_one() -> None:
    old = [Lesson(name="实操", form="practice", lessons=2, position=1), Lesson(name="实操", lessons=3, position=2)]
    new = [Lesson(name="实操", form="practice", lessons=2, position=1)]
    assert [row.state for row in compare(old, new)] == ["same", "removed"]


def test_others_neither_change_nor_draft(chifeng: User, songshan: User, as_user: SignIn) -> None:
    course = builders.course(songshan.organization)
    assert as_user(chifeng).post(reverse("training:version_draft", args=[course.pk])).status_code == 403
    assert as_user(chifeng).get(reverse("training:course_end", args=[course.pk])).status_code == 403
    again = {"organization": songshan.organization_id, "name": course.name, "kind": "skill"}
    answer = as_user(songshan).post(reverse("training:course_create"), again)
    assert "已经有同名的课程" in answer.content.decode()
    client = as_user(songshan)
    client.post(reverse("training:course_end", args=[course.pk]))
    builders.course(songshan.organization)
    answer = client.post(reverse("training:course_end", args=[course.pk]), follow=True)
    assert "已经有同名的课程" in answer.content.decode()  # its name has been taken meanwhile


def test_list_of_courses_stays_quick(songshan: User, as_user: SignIn) -> None:
    client, url = as_user(songshan), reverse("training:course_list")

    def grow(number: int) -> None:
        while Course.objects.count() < number + 2:
            builders.course(songshan.organization, name=f"课程{Course.objects.count():03d}")

    assert_constant_queries(client, url, grow)
    assert_tampering_is_told(client, url)
    assert_sorts_by_index(CourseList)
    assert downloaded(client, f"{url}?export=xlsx")
