"""What people saved of the list of follow-ups names its state as the list does now."""

from urllib.parse import parse_qsl, urlencode

from django.db import migrations

STATES = {"todo": "open"}
COLUMNS = {"standing": "state"}


def _renamed(name, value):
    if name == "state":
        return name, STATES.get(value, value)
    if name in ("cols", "sort"):
        return name, ",".join(COLUMNS.get(column, column) for column in value.split(","))
    return name, value


def rename(apps, schema_editor):
    views = apps.get_model("core", "SavedView").objects.filter(list_name="assessments:followup_list")
    for view in views.exclude(query=""):
        pairs = parse_qsl(view.query, keep_blank_values=True)
        view.query = urlencode([_renamed(name, value) for name, value in pairs])
        view.save(update_fields=["query"])


class Migration(migrations.Migration):
    dependencies = [("assessments", "0012_follow_up_workflow"), ("core", "0008_notice_occasion")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
