"""What each runner says of how its scripts get to the server."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.errors import UserError
from db_sage_lint.sources import client_of, modules
from db_sage_lint.sources.changes import Change, steps
from db_sage_lint.sources.history import read_file
from db_sage_lint.sources.liquibase import scripts
from db_sage_lint.sources.history import Place

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

GUESSED = {"numbered files"}
RUNS_PSQL = {"sqitch", "psql scripts"}


def test_every_runner_that_is_known_says_what_sends_its_scripts() -> None:
    said = {module.NAME: getattr(module, "CLIENT", None) for module in modules()}
    assert {name for name, client in said.items() if client is None} == GUESSED
    assert all(client.runner == name for name, client in said.items() if client)
    assert {name for name, client in said.items() if client and client.psql} == RUNS_PSQL


def test_name_of_a_runner() -> None:
    assert client_of("tern").restores == {"all"}
    with pytest.raises(UserError, match="there is no runner `gose`; did you mean `goose`"):
        client_of("gose")


def test_scripts_know_what_sends_them(sample: "Callable[[str], Sample]") -> None:
    history = sample("dbmate").history
    sent = list(steps(history, Change(), read_file))
    assert {step.script.client for step in sent} == {client_of("dbmate")}
    as_configured = list(steps(history, Change(), read_file, transaction=False))
    assert {step.script.client for step in as_configured} == {client_of("dbmate")}


def test_changeset_that_liquibase_gives_to_psql() -> None:
    source = b"""--liquibase formatted sql
--changeset a:1 runWith:psql
\\set x 1
--changeset a:2
SELECT 1;
"""
    by_psql, own = scripts("1.sql", source, Place((), "1"))
    assert (by_psql.client.psql, own.client.psql) == (True, False)
