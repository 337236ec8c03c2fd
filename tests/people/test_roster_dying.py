"""The process dies in the middle of writing a roster: a real process on the real database, killed by the kernel."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from core.imports.bulk.checking import check, take_in
from core.models import Import
from organizations.reference import add_child
from people.models import Certificate, Cover, Membership, Person, Policy
from people.roster.resource import RosterResource
from tests.databases import database_url
from tests.ops.copies import ROOT
from tests.organizations.helpers import at_once, until_somebody_waits_for_a_lock
from tests.people.rosters import BASIC, basic_row, workbook

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40
# Writes ten rows at a time and is killed after the second turn has reached the database.
DIE = """
import os, signal, sys, django
django.setup()
from core.imports.bulk import checking
from core.models import Import
from organizations.models import Organization, User
from people.models import Person
from people.roster import resource
checking.CHUNK = 10
write, turns = resource.RosterResource.write, []
def dying(self, outcomes):
    write(self, outcomes)
    turns.append(len(outcomes))
    if len(turns) == 2:
        assert Person.objects.count() == 20, Person.objects.count()
        os.kill(os.getpid(), signal.SIGKILL)
resource.RosterResource.write = dying
item = Import.objects.get(pk=sys.argv[1])
team = Organization.objects.get(pk=sys.argv[2])
checking.take_in(item, resource.RosterResource(by=User.objects.get(username="songshan"), teams=[team]))
"""


def checked(by, team, numbers):
    content = workbook([BASIC, *(basic_row(number, 保单号=f"YSBX-{team.pk}") for number in numbers)]).read()
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    item = Import(kind="roster", name="花名册.xlsx", media_type=media, sha256=f"{team.pk:064}", created_by=by)
    item.file.save(str(item.pk), ContentFile(content), save=False)
    item.save()
    check(item, RosterResource(by=by, teams=[team]))
    return item


def test_nothing_is_half_written_when_the_process_dies(cast, place):
    songshan = cast["songshan"]
    item = checked(songshan, place, range(1, ROWS + 1))
    assert item.report["counts"]["new"] == ROWS

    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.core.worker_settings",
        "DATABASE_URL": database_url(),
        "TEST_FILES": str(default_storage.location),
    }
    command = [sys.executable, "-c", DIE, str(item.pk), str(place.pk)]
    died = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr[-2000:]

    for model in (Person, Membership, Certificate, Cover, Policy):
        assert not model.objects.exists(), model
    item.refresh_from_db()
    assert item.state == Import.State.CHECKED
    assert item.file.storage.exists(item.file.name)
    taken = take_in(item, RosterResource(by=songshan, teams=[place]))  # whoever comes next takes it in whole
    assert taken.state == Import.State.DONE
    assert Membership.objects.filter(organization=place).count() == ROWS


def test_two_clerks_bring_the_same_new_people_at_one_instant(cast, place, office):
    """One is first. The other's rows would now do something else, so nothing is written until that has been seen."""
    songshan = cast["songshan"]
    other = add_child(office("150404"), code="T1504049002", name="松山第二演示救援队", short_name="松山二队",
                      level="team", division_id="150404")  # fmt: skip
    items = {place: checked(songshan, place, range(1, 9)), other: checked(songshan, other, range(5, 13))}
    start = Barrier(len(items))

    def bring(team):
        try:
            start.wait()
            take_in(items[team], RosterResource(by=songshan, teams=[team]))
        finally:
            connection.close()

    threads = [Thread(target=bring, args=[team]) for team in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for team, item in items.items():
        item.refresh_from_db()
        if item.state != Import.State.DONE:
            assert not Membership.objects.filter(organization=team).exists()
            assert take_in(item, RosterResource(by=songshan, teams=[team])).state == Import.State.DONE
    assert Person.objects.count() == 12
    assert [Membership.objects.filter(organization=team).count() for team in items] == [8, 8]


def test_two_windows_look_at_one_upload_while_a_third_takes_it_in(cast, place):
    """One waits for the other; of what was taken in, nothing is left that could be looked at."""
    songshan = cast["songshan"]
    item = checked(songshan, place, range(1, 9))

    def look():
        check(Import.objects.get(pk=item.pk), RosterResource(by=songshan, teams=[place]))

    with ThreadPoolExecutor(1) as others:
        with transaction.atomic():
            Import.objects.select_for_update().get(pk=item.pk)
            looking = others.submit(at_once, look, look)
            until_somebody_waits_for_a_lock()
        assert looking.result() == [None, None]
        assert item.pages.count() == 1
        with transaction.atomic():
            Import.objects.select_for_update().get(pk=item.pk)
            looking = others.submit(at_once, look)
            until_somebody_waits_for_a_lock()
            assert take_in(item, RosterResource(by=songshan, teams=[place])).state == Import.State.DONE
        assert looking.result() == [None]
    item.refresh_from_db()
    assert (item.state, item.report, item.pages.count()) == (Import.State.DONE, {}, 0)
