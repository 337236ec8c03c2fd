"""The migrations, made by a ``migrate`` of our own, leave the database the models describe."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.operations import (
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    CreateModel,
    RemoveIndex,
)
from django.db.models import CASCADE, AutoField, ForeignKey, Index, IntegerField

from portal.management.commands.migrate import GrowingState

pytestmark = pytest.mark.django_db
MODELS = [
    model for model in apps.get_models(include_auto_created=True) if model._meta.app_label != "pghistory"
]  # made up of queries


def _names(sql: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return set(cursor.fetchall())


def test_every_column_is_there_and_no_other():
    inside = {(model._meta.db_table, field.column) for model in MODELS for field in model._meta.local_concrete_fields}
    tables = {model._meta.db_table for model in MODELS}
    found = _names("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    assert {pair for pair in found if pair[0] in tables} == inside


def test_every_index_constraint_and_trigger_is_there():
    wanted = {
        (model._meta.db_table, thing.name)
        for model in MODELS
        for thing in (*model._meta.indexes, *model._meta.constraints)
    }
    wanted |= {(model._meta.db_table, trigger.get_pgid(model)) for model, trigger in pgtrigger.registered()}
    assert len(wanted) > 300
    found = (
        _names("SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'")
        | _names("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE conrelid <> 0")
        | _names("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
    )
    assert wanted - found == set()


def test_what_looks_at_rows_sees_every_relation():
    state = GrowingState()
    _ = state.apps  # as before the first migration
    for operation in (
        CreateModel("Team", [("id", AutoField(primary_key=True))]),
        CreateModel("Post", [("id", AutoField(primary_key=True)), ("team", ForeignKey("x.Team", CASCADE))]),
        AddField("Post", "size", IntegerField(default=0)),
        AddField("Team", "first", ForeignKey("x.Post", CASCADE, related_name="+")),
        AddIndex("Post", Index(fields=["size"], name="x_size")),
        AddIndex("Post", Index(fields=["team"], name="x_team")),
        RemoveIndex("Post", "x_team"),
        AlterField("Post", "size", IntegerField(null=True)),
        AlterModelOptions("Post", {"ordering": ["size"]}),
    ):
        operation.state_forwards("x", state)
    quick = state.apps.get_model("x", "Post")
    assert {field.name for field in quick._meta.get_fields()} == {"id", "team", "size"}
    assert [index.name for index in quick._meta.indexes] == ["x_size"]
    assert quick._meta.get_field("size").null
    before = state.clone()
    before.clear_delayed_apps_cache()
    team, post = before.apps.get_model("x", "Team"), before.apps.get_model("x", "Post")
    assert team is not state.apps.get_model("x", "Team")
    assert {field.name for field in team._meta.get_fields()} == {"id", "post", "first"}
    assert (post._meta.get_field("team").related_model, team._meta.get_field("first").related_model) == (team, post)
    assert ([index.name for index in post._meta.indexes], post._meta.ordering) == (["x_size"], ["size"])
    assert post._meta.get_field("size").null
