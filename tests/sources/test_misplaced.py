"""Marks against a transaction that a runner doesn't read, and what is none."""

import pytest

from db_sage_lint.sources import dbmate, goose, graphile_migrate, sql_migrate, sqlx, tern

MISPLACED = [
    (goose, b"-- +goose NO_TRANSACTION\n"),
    (goose, b"-- +goose NO TRANSACTIONS\n"),
    (goose, b"  -- +goose NO TRANSACTION\n"),
    (dbmate, b"-- migrate:up transaction: false\n"),
    (dbmate, b"-- migrate:up\n-- transaction:false\n"),
    (dbmate, b"-- migrate:up\n-- no-transaction\n"),
    (sql_migrate, b"-- +migrate Up no-transaction\n"),
    (sql_migrate, b"--+migrate Up notransaction\n"),
    (tern, b"-- tern: disable-tx\n"),
    (tern, b"---- tern: disable-transaction ----\n"),
    (sqlx, b"\n-- no-transaction\n"),
    (sqlx, b"--no-transaction\n"),
    (sqlx, b"-- No Transaction\n"),
    (graphile_migrate, b"-- no-transaction\nSELECT 1;\n"),
    (graphile_migrate, b"SELECT 1;\n--! no-transaction\n"),
]
IN_PLACE = [
    (goose, b"-- +goose Up\n-- +goose NO TRANSACTION\n"),
    (goose, b"-- +goose no transaction\n"),
    (dbmate, b"-- migrate:up transaction:false\n-- migrate:down transaction:true\n"),
    (dbmate, b"-- migrate:up\n-- there is no transaction here that could fail\n"),
    (sql_migrate, b"-- +migrate Up notransaction\n"),
    (tern, b"---- tern: disable-tx ----\n"),
    (tern, b"-- runs with no transaction at all, see above\n"),
    (sqlx, b"-- no-transaction\nSELECT 1;\n-- no-transaction\n"),
    (sqlx, b"SELECT 1;\n-- no transaction is open here\n"),
    (graphile_migrate, b"--! no-transaction\nSELECT 1;\n"),
    (graphile_migrate, b"--! Previous: -\n--! Hash: sha1:1\n\n--! no-transaction\nSELECT 1;\n"),
]


@pytest.mark.parametrize(("runner", "source"), MISPLACED)
def test_misplaced(runner: object, source: bytes) -> None:
    (found,) = runner.misplaced(source)  # type: ignore[attr-defined]
    assert source[found.at :].startswith(found.mark.encode())
    assert found.right_place


@pytest.mark.parametrize(("runner", "source"), IN_PLACE)
def test_in_place(runner: object, source: bytes) -> None:
    assert not list(runner.misplaced(source))  # type: ignore[attr-defined]
