"""Contracts on the command line."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("stack")
NAME = "cli.orders.v1"


def ok(done, code=0):
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_contracts_are_registered_compared_and_set(stack, tmp_path):
    file = tmp_path / "order.avsc"
    file.write_text('{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}')
    made = ok(stack.cli("contract", "register", NAME, "-f", str(file)))
    assert "version 1.0.0" in made
    assert f"applies to {NAME}" in made
    assert NAME in ok(stack.cli("contract", "list"))
    assert "agent.invoke.v1" in ok(stack.cli("contract", "list", "--system"))
    assert "already" in ok(stack.cli("contract", "check", NAME, "-f", str(file)))

    file.write_text('{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}')
    assert "type_changed" in ok(stack.cli("contract", "check", NAME, "-f", str(file)), 2)
    refused = stack.cli("contract", "register", NAME, "-f", str(file), "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stderr)["errors"][0]["field"] == "/id"

    assert "NONE" in ok(stack.cli("contract", "level", NAME, "none"))
    assert "version 2.0.0" in ok(stack.cli("contract", "register", NAME, "-f", str(file)))
    assert "string" in ok(stack.cli("contract", "diff", NAME, "1"), 1)
    assert "cli.*.v1" in ok(stack.cli("contract", "bind", NAME, "cli.*.v1"))
    assert "none" in ok(stack.cli("contract", "give", NAME, "none"))
    assert "no project" in stack.cli("contract", "give", NAME, "nowhere").stderr
    assert "READONLY" in ok(stack.cli("contract", "mode", NAME, "readonly"))
    assert "read only" in stack.cli("contract", "bind", NAME, "none").stderr
    ok(stack.cli("contract", "mode", NAME, "default"))
    shown = ok(stack.cli("contract", "show", NAME))
    assert "2.0.0" in shown
    assert "applies to cli.*.v1" in shown
    assert "No message" in ok(stack.cli("contract", "rejected", NAME))
    ok(stack.cli("contract", "delete", NAME, "--yes"))
    assert "no contract" in stack.cli("contract", "show", NAME).stderr


def test_bad_files_are_refused(stack, tmp_path):
    assert stack.cli("contract", "register", NAME, "-f", str(tmp_path / "none.avsc")).returncode == 2
    odd = tmp_path / "odd.txt"
    odd.write_text("{}")
    assert "--type" in stack.cli("contract", "register", NAME, "-f", str(odd)).stderr
    broken = tmp_path / "broken.proto"
    broken.write_text('syntax = "proto3"; message A { int32 x = 1 }')
    assert "line 1" in stack.cli("contract", "register", NAME, "-f", str(broken)).stderr
