"""Contracts in the admin panel: to look at, not to change."""

import pytest
from django.test import Client

from agents.contracts.models import Contract

AVRO = '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}'


@pytest.fixture
def panel(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def test_contracts_are_listed_and_shown(panel, admin_api):
    assert admin_api.post("/api/v1/contracts/orders.v1/versions", {"schema": AVRO}).status_code == 201
    listed = panel.get("/admin/contracts/contract/")
    assert listed.status_code == 200
    assert "orders.v1" in listed.content.decode()
    row = Contract.objects.get(name="orders.v1")
    assert "1.0.0" in panel.get(f"/admin/contracts/contract/{row.pk}/change/").content.decode()


def test_nothing_can_be_changed(panel, admin_api):
    assert admin_api.post("/api/v1/contracts/orders.v1/versions", {"schema": AVRO}).status_code == 201
    row = Contract.objects.get(name="orders.v1")
    assert panel.get("/admin/contracts/contract/add/").status_code == 403
    assert panel.post(f"/admin/contracts/contract/{row.pk}/change/", {"name": "x"}).status_code == 403
    assert panel.post(f"/admin/contracts/contract/{row.pk}/delete/", {"post": "yes"}).status_code == 403
