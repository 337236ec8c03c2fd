"""``bin/bench``: measures the pages on a database and broker of its own, as durable as the real ones.

``--keep FOLDER`` leaves them there, and measures what is there already instead of filling databases anew: filling ×100
takes a quarter of an hour, and whoever makes a page faster wants to see it now. What changes the data is then left out.
"""

import argparse
import signal
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from launcher import packages, postgres, services
from launcher.config import child_environment, make_folders
from launcher.config import load as load_config
from launcher.services import Borrowed
from launcher.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    packages.ensure(load_config())
    parser = argparse.ArgumentParser(prog="bin/bench", add_help=False)
    parser.add_argument("--keep", type=Path)
    kept: Path | None = parser.parse_known_args(arguments)[0].keep
    with nullcontext(str(kept.absolute())) if kept else tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        config = load_config(Path(folder))
        make_folders(config)
        supervisor = Supervisor(logs=config.logs_folder, quiet=True)
        supervisor.stop_on_signals()
        try:
            addresses = services.start(config, supervisor)
            # seeding set by set needs the right to switch triggers off, which the portal's own role has not
            administrator = postgres.url(config, "postgres", postgres.SUPERUSER)
            more = {"DATABASE_URL": administrator, "REDIS_URL": addresses.redis_url, "IDLE_SECONDS": "86400"}
            environment = child_environment(config, **more)
            return Borrowed(addresses, supervisor).run([sys.executable, "-m", "bench", *arguments], environment)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            services.stop(config, supervisor)
