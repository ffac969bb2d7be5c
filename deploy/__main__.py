"""Entry of `make run`, `make start`, `make stop`, `make status`, `make reset` and of the packages step."""

import importlib
import sys

from deploy.problem import Problem


def main(arguments):
    if arguments[:1] == ["packages"]:
        from deploy import packages  # alone: the rest needs more than a bare machine has

        packages.install(arguments[1:])
        return 0
    if len(arguments) != 1 or arguments[0] not in ("run", "start", "stop", "status", "reset"):
        print("usage: python3 -m deploy run|start|stop|status|reset|packages SECTION...", file=sys.stderr)
        return 64
    return getattr(importlib.import_module("deploy.commands"), arguments[0])()


try:
    sys.exit(main(sys.argv[1:]))
except Problem as problem:
    sys.exit(f"dandelion: {problem}")
except OSError as error:
    sys.exit(f"dandelion: {error.strerror}: {error.filename or 'see above'}")
