from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    # Everything else stands on these: substring search, and periods that must not overlap.
    initial = True
    dependencies = []
    operations = [TrigramExtension(), BtreeGistExtension()]
