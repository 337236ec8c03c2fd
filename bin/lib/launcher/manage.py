"""``bin/manage``: a Django management command with the portal's own database and broker."""

import sys

from launcher import packages, services, unfinished
from launcher.config import child_environment, load


def main(arguments: list[str]) -> int:
    config = load()
    unfinished.refuse(config)
    packages.ensure(config)
    with services.borrowed(config) as lent:
        environment = child_environment(config, **lent.addresses.environment())
        return lent.run([sys.executable, "manage.py", *arguments], environment)
