"""A new installation keeps the runs of all projects for 90 days."""

from django.db import migrations


def add(apps, schema_editor):
    policies = apps.get_model("archive", "RetentionPolicy").objects.using(schema_editor.connection.alias)
    policies.create(keep_days=90)


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
