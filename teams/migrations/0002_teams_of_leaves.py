"""Every leaf of the tree that is a team gets its row: it is being built up until something is filed about it."""

from django.db import migrations


def add(apps, schema_editor):
    organization = apps.get_model("organizations", "Organization")
    team = apps.get_model("teams", "Team")
    leaves = organization.objects.filter(level="team", team=None)
    team.objects.bulk_create(team(organization=leaf, status="preparing") for leaf in leaves.iterator())


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
