"""sampled alone: over the bus, with identity played by the test."""

import pytest

from tests.support.alone import alone
from tests.support.told_street import ToldStreet


@pytest.fixture(scope="module")
def sample(database):
    with alone(database, "sample", plays="identity") as running:
        yield running


@pytest.fixture(scope="module")
def street(sample, database):
    told = ToldStreet(sample.feed)
    told.wait_applied(database, "sample")
    return told


def add(sample, street, caller, key, branch="north", **fields):
    body = {"organization_id": street.organizations[branch], "text": "换届选举", **fields}
    return sample.bus.call("Sample.AddNote", body, caller=caller, key=key)


def test_a_note_is_written_once_told_once_and_listed(sample, street, database):
    caller = street.caller("street_administrator", "working_committee")
    first = add(sample, street, caller, "once", day="2026-01-05")
    assert first.code == 0, first
    assert add(sample, street, caller, "once", day="2026-01-05").body.id == first.body.id
    second = add(sample, street, caller, "twice", branch="far")
    assert second.code == 0, second
    page = sample.bus.call("Sample.ListNotes", {"page_size": 1}, caller=caller).body
    assert [note.id for note in page.notes] == [second.body.id]
    rest = sample.bus.call("Sample.ListNotes", {"page_token": page.next_page_token}, caller=caller).body
    assert list(rest.notes) == [first.body] and not rest.next_page_token
    told = database.rows("SELECT position, type, subject FROM event ORDER BY position", schema="sample")
    kind = "dandelion.sample.note.added.v1"
    assert told == [(1, kind, first.body.id), (2, kind, second.body.id)]


def test_a_note_about_a_day_to_come_is_refused(sample, street):
    caller = street.caller("street_administrator", "working_committee")
    refused = add(sample, street, caller, "later", day="2199-01-01")
    assert (refused.code, refused.field) == (116, "day")


def test_outside_the_scope_nothing_exists(sample, street):
    stranger = ToldStreet(sample.feed).caller("street_administrator", "working_committee")
    refused = add(sample, street, stranger, "outside")
    assert (refused.code, refused.field) == (6, "organization_id")
    secretary = street.caller("branch_secretary", "north")
    assert add(sample, street, secretary, "role").code == 7
    far = street.organizations["far"]
    found = sample.bus.call("Sample.ListNotes", {"organization_id": far}, caller=secretary)
    assert found.code == 0 and not found.body.notes
