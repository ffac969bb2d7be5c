"""How a daemon follows another's events: the checkpoint in the database is the truth, whatever the daemon believes."""

from tests.support.told_street import ToldStreet


def test_what_was_applied_behind_its_back_is_not_applied_again(dues, database):
    """As after a commit whose answer was lost with the connection, or beside another instance of the daemon."""
    street = ToldStreet(dues.feed)
    street.wait_applied(database, "dues")
    applied = street.register("north")
    database.rows("UPDATE checkpoint SET position = position + 1", schema="dues")
    fresh = street.register("north")
    street.wait_applied(database, "dues")
    known = {id for id, in database.rows("SELECT id::text FROM member_copy", schema="dues")}
    assert fresh in known and applied not in known
