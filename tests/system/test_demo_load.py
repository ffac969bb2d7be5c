"""The demonstration street goes in through the front doors: half a year of it, twice, as after an interruption."""

import json
import os
import stat

import pytest

from deploy.demo import load, months


@pytest.fixture(scope="module")
def half_a_year():
    return months.lived(months.today())[-6:]


def run(daemons, database, lived):
    one = load.Load(daemons.place, daemons.port, lived, lambda: database.rows("ANALYZE"), lambda *_, **__: None)
    try:
        one.run()
    finally:
        one.close()
    return one


@pytest.fixture(scope="module")
def loaded(daemons, database, half_a_year):
    return run(daemons, database, half_a_year)


def figures(database):
    return database.rows("""
        SELECT (SELECT count(*) FROM identity.organization), (SELECT count(*) FROM identity.member),
               (SELECT count(*) FROM identity.account), (SELECT count(*) FROM dues.bill),
               (SELECT count(*) FROM dues.bill WHERE state = 'OPEN'), (SELECT count(*) FROM dues.payment),
               (SELECT count(*) FROM dues.payment WHERE state = 'PENDING'),
               (SELECT count(*) FROM dues.payment WHERE state = 'REVERSED'),
               (SELECT sum(amount_fen) FROM dues.payment)""")[0]


def test_all_of_it_is_there(loaded, database, half_a_year):
    organizations, members, accounts, bills, open_bills, payments, pending, reversed_, total = figures(database)
    assert (organizations, members, accounts) == (369, 4000, 19)
    assert 3880 * 6 < bills < 4000 * 6 and 0 < open_bills < bills / 3
    assert payments > 12000 and 1 <= pending <= 8 and reversed_ == 6 and total > 0
    reversed_months = database.rows("SELECT sum(cardinality(months)) FROM dues.payment WHERE state = 'REVERSED'")[0][0]
    assert open_bills == sum(map(len, loaded.unpaid.values())) + reversed_months
    probationary = database.rows("SELECT count(*) FROM identity.member WHERE category = 'PROBATIONARY'")[0][0]
    assert 100 < probationary < 400


def test_the_accounts_work(loaded, daemons):
    path = daemons.place.path("demo-accounts.json")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, encoding="utf-8") as file:
        entries = json.load(file)
    assert len({entry["role"] for entry in entries}) == 12
    for entry in {entry["role"]: entry for entry in entries}.values():
        me = daemons.http.sign_in(entry["username"], entry["password"]).get("/v1/me").body
        assert [(role["role"], role["organization_id"]) for role in me["roles"]] == [
            (entry["role"], entry["organization_id"])]


def test_the_books_balance(loaded, daemons):
    with open(daemons.place.path("demo-accounts.json"), encoding="utf-8") as file:
        auditor = next(entry for entry in json.load(file) if entry["role"] == "auditor")
    client = daemons.http.sign_in(auditor["username"], auditor["password"])
    ledger = client.get("/v1/dues/ledger?page_size=1").body
    assert ledger["debit_total_fen"] == ledger["credit_total_fen"] != "0"


def test_the_clock_shows_the_present(loaded, daemons):
    with open(daemons.clock.path, "rb") as file:
        assert file.read() == bytes(8)


def test_again_is_the_same(loaded, daemons, database, half_a_year):
    before = figures(database)
    run(daemons, database, half_a_year)
    assert figures(database) == before
