"""Statements against a real PostgreSQL: what a declaration gets wrong."""

import os

import pytest

from tests.contract.sample import GENERATORS  # noqa: F401 (puts the generators on the path)

import check_sql  # noqa: E402

TABLE = 'CREATE SCHEMA "a shop"; CREATE TABLE "a shop".thing (id uuid, price_fen bigint, tags text[], sold_on date)'
LOAD = """-- name: load :load
-- returns: ord int4, id uuid, tags text[]
SELECT k.ord, t.id, t.tags FROM unnest(@ord::int4[], @id::uuid[]) AS k (ord, id) JOIN thing t USING (id);
"""
SAVE = """-- name: sell :save
UPDATE thing SET sold_on = v.day FROM unnest(@id::uuid[], @day::date[]) AS v (id, day) WHERE thing.id = v.id
"""
LIST = """-- name: list :list
-- returns: price_fen int8
SELECT price_fen FROM thing WHERE id = ANY(@ids::uuid[]) LIMIT @count::int4
"""
WRONG = {
    "type": (LIST.replace("int8", "int4"), "list declares price_fen as int4, but it is int8."),
    "name": (LIST.replace(" price_fen int8", " price int8"), "list declares the column price where price_fen is returned."),
    "count": (LOAD.replace(", tags text[]", ""), "load declares 2 columns and returns 3."),
    "array": (LOAD.replace("text[]", "text"), "load declares tags as text, but it is text[]."),
    "returning": (SAVE + " RETURNING thing.id", "sell is a :save and returns 1 columns."),
    "unknown column": (LIST.replace("SELECT price_fen", "SELECT price"), "list cannot be prepared: ERROR:  column"),
    "wrong operand": (SAVE.replace("@day::date[]", "@day::text[]"), "sell cannot be prepared: ERROR:"),
}


@pytest.fixture(scope="module")
def dsn(database):
    database.rows(TABLE)
    return database.postgres.dsn(database.name, "postgres")


def run(dsn, folder, text):
    path = os.path.join(str(folder), "queries.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return check_sql.main(dsn, [f"a shop={path}"])


def test_good_statements(dsn, tmp_path, capsys):
    assert run(dsn, tmp_path, LOAD + SAVE + LIST) == 0
    assert capsys.readouterr().out == "3 statements prepared, 0 faults\n"


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration(dsn, tmp_path, capsys, name):
    text, sentence = WRONG[name]
    assert run(dsn, tmp_path, text) == 1
    assert f"queries.sql:1: {sentence}" in capsys.readouterr().err


def test_no_database(tmp_path):
    with pytest.raises(ConnectionError):
        run(f"host={tmp_path}", tmp_path, LIST)
