"""Contracts from before they belonged to projects."""

import importlib
from types import SimpleNamespace

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from agentcluster.security.models import Membership, Project, Role
from agents.contracts.models import Contract, ContractVersion, Schema

MIGRATION = importlib.import_module("agents.contracts.migrations.0002_projects")


def contract(name, author, *, pattern="", deleted=False):
    schema, _ = Schema.objects.get_or_create(digest="sha256:1", schema_type="JSON", text="{}")
    row = Contract.objects.create(name=name, pattern=pattern)
    ContractVersion.objects.create(
        contract=row, number=1, semver="1.0.0", schema=schema, created_by=author, deleted=deleted
    )


def test_they_get_the_only_project_of_their_author(editor, viewer, member):
    both = User.objects.create_user("bea")
    for slug in ("one", "two"):
        project = Project.objects.create(slug=slug, name=slug)
        Membership.objects.create(project=project, user=both, role=Role.OWNER)
    for author in (editor, viewer, member, both, None):
        contract(author.username if author else "none", author)
    MIGRATION.find_homes(apps, SimpleNamespace(connection=connection))
    homes = {row.name: row.project.slug if row.project else "" for row in Contract.objects.all()}
    assert homes == {"ada": "sales", "vera": "", "mia": "", "bea": "", "none": ""}


def test_those_of_agents_stay_bound_and_deleted_ones_do_not(editor):
    contract("agent.text.input", editor)
    contract("agent.odd", editor)
    contract("agent.text.output", editor, deleted=True)
    contract("orders.v1", editor, pattern="orders.v1", deleted=True)
    contract("bills.v1", editor, pattern="bills.v1")
    MIGRATION.bind_agents(apps, SimpleNamespace(connection=connection))
    assert {row.name: row.pattern for row in Contract.objects.all()} == {
        **{"agent.text.input": "agent.text.input", "bills.v1": "bills.v1"},
        **{"agent.odd": "", "agent.text.output": "", "orders.v1": ""},
    }
