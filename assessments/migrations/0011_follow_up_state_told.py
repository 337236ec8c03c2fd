"""Follow-ups, and their history, get the state that their days told until now."""

import pgtrigger
from django.db import migrations

SQL = """
UPDATE {table} SET state = CASE
    WHEN ended_on IS NOT NULL THEN 'ended'
    WHEN done_on IS NOT NULL THEN 'done'
    WHEN reported_at IS NOT NULL THEN 'reported'
    ELSE 'open' END
"""


def tell(apps, schema_editor):
    with pgtrigger.ignore():  # nobody changed anything
        for table in ("assessments_followup", "assessments_followupevent"):
            schema_editor.execute(SQL.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("assessments", "0010_follow_up_state")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
