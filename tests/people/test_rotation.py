"""Changing the data key: a real command, also killed in the middle; nobody is lost or entered twice meanwhile."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction

from core import encryption
from core.imports.bulk.sealing import corrections_of, seal, sealed_corrections, unseal
from core.models import Import, ImportPage, Job
from organizations.models import Organization, User
from people.choices import IdType
from people.identity import index
from people.joining.applying import apply
from people.membership.enrolling import find, replace_document
from people.models import Application, Invitation, Merge, Person
from people.privacy import rotation
from portal.demo.cast import TEAM_CODE
from tests.databases import database_url
from tests.people import builders
from tests.people.builders import citizen

OLD, NEW = "old-data-key-of-the-region-0123456789", "new-data-key-of-the-region-0123456789"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def team(cast: Any, settings: Any) -> Organization:
    settings.DATA_KEYS = [OLD]
    return Organization.objects.get(code=TEAM_CODE)


def everything(team: Organization, by: User) -> Person:
    """One of every row that holds something encrypted."""
    who = builders.member(team, 1).person
    replace_document(who, IdType.PASSPORT, "E12345678", reason="换证")
    who.set_health({"allergy": "青霉素"})
    who.save()
    invitation = Invitation.objects.create(organization=team, expires_on="2099-01-01", created_by=by)
    apply(invitation, {"id_type": "citizen", "id_number": citizen(9), "name": "甲"}, [])
    other = builders.person(2)
    Merge.objects.create(kept=who, ceased=other, before_cipher=encryption.encrypt("{}"), reason="演示", by=by)
    Authenticator.objects.create(user=by, type="totp", data={"secret": encryption.encrypt("ABC")})
    Authenticator.objects.create(user=by, type="webauthn", data={"name": "钥匙", "credential": {"id": "gA"}})
    return who


@pytest.mark.django_db
def test_everything_lies_under_the_new_key_and_nothing_tells_of_it(
    team: Organization, songshan: User, settings: Any, capsys: Any
) -> None:
    who = everything(team, songshan)
    events, version = who.tracked_events.count(), who.version
    settings.DATA_KEYS = [NEW, OLD]
    assert find(IdType.CITIZEN, citizen(1), name="") == who  # before: found under the old key
    call_command("rotate_keys")
    assert "可以去掉" in capsys.readouterr().out
    settings.DATA_KEYS = [NEW]
    who.refresh_from_db()
    assert (who.id_number, who.health["allergy"]) == ("E12345678", "青霉素")
    assert find(IdType.CITIZEN, citizen(1), name="") == find(IdType.PASSPORT, "E12345678", name="") == who
    application = Application.objects.get()
    assert application.payload["facts"]["id_number"] == citizen(9)
    assert application.id_index == index(IdType.CITIZEN, citizen(9)), "who applies again would be there twice"
    assert encryption.decrypt(Merge.objects.get().before_cipher) == "{}"
    assert encryption.decrypt(Authenticator.objects.get(type="totp").data["secret"]) == "ABC"
    assert (who.tracked_events.count(), who.version) == (events, version)


def test_no_table_with_something_encrypted_is_forgotten() -> None:
    told = {(sealed.model, name) for sealed in rotation.SEALED for name in sealed.ciphers}
    there = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("_cipher")
    }
    passing = {(Import, "corrections"), (ImportPage, "sealed"), (Job, "params")}
    assert there | {(Authenticator, "data")} | passing == told


@pytest.mark.django_db
def test_an_import_and_a_list_that_wait_outlive_the_old_key(team: Organization, songshan: User, settings: Any) -> None:
    """Both could be taken for nothing encrypted: the page of the import failed once the old key was gone."""
    facts = {"name": "花名册.xlsx", "media_type": "", "sha256": "0" * 64, "state": "checked", "created_by": songshan}
    mended = {"cells": {"0.2": {"mobile": "13800000001"}}}
    item = Import.objects.create(kind="roster", corrections=sealed_corrections(mended), **facts)
    ImportPage.objects.create(item=item, rank=0, number=0, rows=1, sealed=seal([{"key": "0.2"}]))
    asked = {"view": "demo", "sealed_query": encryption.encrypt("q=甲")}
    job = Job.objects.create(kind="list", title="名册", params=asked, created_by=songshan)
    lost = Job.objects.create(
        kind="list", title="名册", params={"sealed_query": "gAAAA-of-a-key-long-gone"}, created_by=songshan
    )
    settings.DATA_KEYS = [NEW, OLD]
    call_command("rotate_keys")  # what no key reads any more keeps none
    settings.DATA_KEYS = [NEW]
    for row in (item, job, lost):
        row.refresh_from_db()
    assert corrections_of(item) == mended
    assert unseal(item.pages.get().sealed) == [{"key": "0.2"}]
    assert (encryption.decrypt(job.params["sealed_query"]), job.params["view"]) == ("q=甲", "demo")


@pytest.mark.django_db
def test_without_a_key_of_its_own_there_is_nothing_to_change_to(settings: Any) -> None:
    settings.DATA_KEYS = []
    with pytest.raises(CommandError, match="DATA_KEYS"):
        call_command("rotate_keys")


@pytest.mark.django_db
def test_what_no_key_reads_is_named_and_the_old_key_has_to_stay(team: Organization, settings: Any) -> None:
    lost = builders.person(3)
    kept = builders.person(4)
    Person.objects.filter(pk=lost.pk).update(id_cipher="gAAAAA-nonsense")
    settings.DATA_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=f"读不出：#{lost.pk}\n(.|\n)*还不能去掉"):
        call_command("rotate_keys")
    kept.refresh_from_db()
    assert encryption.is_newest(kept.id_cipher)


@pytest.mark.django_db
def test_one_entered_twice_by_two_processes_with_different_keys_is_named(team: Organization, settings: Any) -> None:
    first = builders.person(5)
    settings.DATA_KEYS = [NEW]
    builders.person(5)
    settings.DATA_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=f"请先合并：#{first.pk}"):
        call_command("rotate_keys")


# -- as an operator runs it -----------------------------------------------------------------------------------
def _begin() -> "subprocess.Popen[str]":
    own = {
        "DATABASE_URL": database_url(),
        "DATA_KEYS": f"{NEW},{OLD}",
        "DJANGO_SECRET_KEY": str(django_settings.SECRET_KEY),
        "PORTAL_DATA": str(django_settings.DATA_DIR),
    }
    base = {key: os.environ[key] for key in ("PATH", "HOME", "REDIS_URL", "LANG") if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_keys", "--batch", "5"],
        cwd=ROOT, env=base | own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_and_run_again(team: Organization, settings: Any) -> None:
    people = [builders.person(number) for number in range(1, 13)]
    settings.DATA_KEYS = [NEW, OLD]
    with transaction.atomic():
        # somebody is changing this one: the command goes on to the others, then waits for it
        Person.objects.select_for_update().get(pk=people[3].pk)
        command = _begin()
        assert command.stdout is not None
        seen = [command.stdout.readline() for _batch in range(3)]
        assert re.findall(r"(\d+)/(\d+)", "".join(seen)) == [("5", "12"), ("10", "12"), ("12", "12")]
        command.kill()
        command.communicate()
    assert rotation.left_over(rotation.SEALED[0]) == [people[3].pk]
    assert all(find(IdType.CITIZEN, citizen(number), name="") == who for number, who in enumerate(people, 1))
    again = _begin()
    said, wrong = again.communicate(timeout=180)
    assert (again.returncode, wrong) == (0, "")
    assert "换了 1 条" in said
    assert "可以去掉" in said
    settings.DATA_KEYS = [NEW]
    assert find(IdType.CITIZEN, citizen(4), name="") == people[3]
