"""The rule of coverage: each method of the contract was called with success and was refused, in the suite that ran."""

import glob
import os

import pytest

from tests.conftest import FILES, ROOT
from tests.support import calls
from tests.support.bus import Messages


@pytest.mark.last
def test_every_method_was_called_with_success_and_was_refused(request, build):
    suite = set(glob.glob(os.path.join(ROOT, "tests", "service", "test_*.py")))
    if not suite <= request.config.stash[FILES] or request.config.option.keyword:
        pytest.skip("only a part of tests/service runs")
    missing = [f"{method} was never {'called with success' if way == 'ok' else 'refused'}"
               for method in Messages(os.path.join(build, "gen", "contract.pb")).methods
               for way in ("ok", "refused") if way not in calls.SEEN.get(method, ())]
    assert not missing, "\n".join(missing)
