from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "returned"])),
                fields=["host", "state", "starts_at"],
                name="activity_open",
            ),
        ),
    ]
