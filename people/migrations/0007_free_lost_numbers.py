"""A record that was merged lets go of a number the kept record has among its former documents, as merging does now: it
would keep out whose number it really is (``FormerDocument.was_another_s``). Undoing takes it from there again."""

import pgtrigger
from django.db import migrations
from django.db.models import Exists, OuterRef


def let_go(apps, schema_editor):
    formers = apps.get_model("people", "FormerDocument").objects
    kept_too = formers.filter(person=OuterRef("merged_into"), id_index=OuterRef("id_index"))
    with pgtrigger.ignore():  # nobody changed anything
        apps.get_model("people", "Person").objects.filter(Exists(kept_too)).update(
            id_type="", id_cipher="", id_index=None, id_masked=""
        )


class Migration(migrations.Migration):
    dependencies = [("people", "0006_consent_guardian")]

    operations = [migrations.RunPython(let_go, migrations.RunPython.noop)]
