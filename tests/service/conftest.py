"""Daemons alone."""

import pytest

from tests.support.alone import alone
from tests.support.register import Register
from tests.support.street import Street


@pytest.fixture(scope="module")
def dues(database):
    """duesd alone on the module's database, with `dues.feed` in identity's place."""
    with alone(database, "dues", plays="identity") as running:
        yield running


@pytest.fixture(scope="module")
def identity(database):
    """identityd alone on the module's database."""
    with alone(database, "identity") as running:
        yield running


@pytest.fixture(scope="module")
def register(identity):
    """A street of the module's own."""
    return Register(identity)


@pytest.fixture(scope="module")
def street(daemons):
    """A street of the module's own, behind the gateway."""
    return Street(daemons)
