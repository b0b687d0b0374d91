"""Contracts belong to projects; what they apply to, agents included, stands in ``pattern`` alone."""

import re
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

AGENT = re.compile(r"agent\.[^\s.*>]+\.(input|output)")


def bind_agents(apps: Any, schema_editor: Any) -> None:
    """Contracts of agents applied by their name; deleted ones apply to nothing any more."""
    contracts = apps.get_model("contracts", "Contract").objects.using(schema_editor.connection.alias)
    live = contracts.filter(versions__deleted=False).values("pk")
    contracts.exclude(pk__in=live).update(pattern="")
    for row in contracts.filter(name__startswith="agent.", pattern="", system=False, versions__deleted=False):
        if AGENT.fullmatch(row.name):
            contracts.filter(pk=row.pk).update(pattern=row.name)


def find_homes(apps: Any, schema_editor: Any) -> None:
    """Give each contract to the project of its first author, where there is just one; others are the operators'."""
    contracts = apps.get_model("contracts", "Contract").objects.using(schema_editor.connection.alias)
    memberships = apps.get_model("security", "Membership").objects.using(schema_editor.connection.alias)
    for row in contracts.filter(system=False):
        first = row.versions.exclude(created_by=None).order_by("number").first()
        if first is None:
            continue
        edited = memberships.filter(user_id=first.created_by_id, role__in=["editor", "owner"])
        projects = [*edited.values_list("project_id", flat=True)[:2]]
        if len(projects) == 1:
            contracts.filter(pk=row.pk).update(project_id=projects[0])


class Migration(migrations.Migration):
    dependencies = [("security", "0002_name_of_tokens"), ("contracts", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="contract",
            options={
                "ordering": ["name"],
                "permissions": [("bind_contract", "Can bind contracts to subjects and agents")],
            },
        ),
        migrations.AddField(
            model_name="contract",
            name="project",
            field=models.ForeignKey(
                blank=True,
                help_text="Its editors change the contract; empty: only operators do",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="contracts",
                to="security.project",
            ),
        ),
        migrations.AlterField(
            model_name="contract",
            name="pattern",
            field=models.CharField(
                blank=True,
                db_index=True,
                help_text="NATS subject (may have wildcards) or side of an agent it applies to; empty: none",
                max_length=255,
            ),
        ),
        migrations.RunPython(bind_agents, migrations.RunPython.noop),
        migrations.RunPython(find_homes, migrations.RunPython.noop),
    ]
