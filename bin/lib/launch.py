"""Entry of every command in bin/: ``launch.py COMMAND ARGUMENTS…`` runs ``launcher.COMMAND.main``."""

import importlib
import sys

from launcher.console import Failure

MODULES = {
    "run": "run",
    "manage": "manage",
    "backup": "backup",
    "restore": "restore",
    "test": "check",
    "bench": "bench",
}


def main() -> int:
    module = importlib.import_module(f"launcher.{MODULES[sys.argv[1]]}")
    try:
        return module.main(sys.argv[2:])
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
