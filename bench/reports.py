"""The annual run: CPU per report against other ways to print it, memory of a worker, one worker against two, a campaign
from the press of the button to the last file.

``python -m bench.reports`` measures it alone, on a database seeded by ``bin/bench --scales 1``; ``--full`` takes 3,000
teams (seed ×10).
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from unittest.mock import patch

from bench import printing

ROUNDS = 12  # reports printed by every engine, in turns
MANY = 500  # reports after which a worker's memory is looked at
DATED = date.today()
SPEED_TEAMS, CAMPAIGN_TEAMS, FULL_TEAMS = 60, 300, 3000
YEAR = date.today().year - 5  # the first of four years of which the seed has records; the last is measured otherwise


@dataclass(frozen=True)
class Engine:
    """:param cpu: median seconds per report. :param size: median bytes. :param resident: MB at the end."""

    cpu: float
    size: float
    resident: float


@dataclass(frozen=True)
class Reports:
    """:param memory: MB of a worker after 1/5 of ``MANY`` reports, and after all. :param seconds: of a run of
    ``SPEED_TEAMS`` by one worker and by two. :param campaign: teams, documents, seconds with two workers.
    """

    engines: dict[str, Engine]
    memory: tuple[float, float]
    seconds: tuple[float, float]
    campaign: tuple[int, int, float]
    pages: float


def measure_reports(*, full: bool = False) -> Reports:
    """Uses the database and the broker of the settings; leaves campaigns of four years behind."""
    papers, pages = _papers()
    engines, memory = _engines(papers)
    seconds = _timed(SPEED_TEAMS, YEAR, 1)[1], _timed(SPEED_TEAMS, YEAR + 1, 2)[1]
    teams = FULL_TEAMS if full else CAMPAIGN_TEAMS
    made, took = _timed(teams, YEAR + 2, 2)
    return Reports(engines, memory, seconds, (teams, made, took), pages)


# -- one report --------------------------------------------------------------------------------------------------
def _papers() -> tuple[list[str], float]:
    """The pages of some team reports as the templates give them, style sheets within, and how many pages they have."""
    from assessments.report import prepare, verify_by  # models are ready only now
    from assessments.running.beginning import begin  # as above
    from assessments.running.papers import pages_of  # as above
    from core.documents import rendering  # as above

    campaign, by = _campaign(ROUNDS, YEAR + 3)
    run = begin(campaign, by=by, dated=DATED)
    found: list[str] = []

    def keep(html: str) -> bytes:
        found.append(html)
        return b""

    documents = run.documents.filter(kind="team").select_related("run__campaign", "organization")
    with patch.object(rendering, "pdf_of", keep):
        for document in documents:
            prepare(document).pdf(verify_by("K7MQ4CDFGHJKMNPQ"))
    run.documents.filter(state="queued").update(state="cancelled")
    type(run).objects.filter(pk=run.pk).update(state="cancelled")
    return found, statistics.mean(pages_of(rendering.pdf_of(html)) for html in found[:3])


def _engines(papers: list[str]) -> tuple[dict[str, Engine], tuple[float, float]]:
    """Every engine prints each report in turn, so that a machine that is slower for a while is slower for all."""
    inside = [_with_styles(html) for html in papers]
    printers = {
        "ours": printing.Printer(printing.ours, papers),
        "warm": printing.Printer(printing.warm, inside),
        "fresh": printing.Printer(printing.fresh, inside),
        "chromium": printing.Printer(printing.chromium, inside),
    }
    printers = {name: printer for name, printer in printers.items() if printer.ready}
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in printers}
    for number in range(len(papers)):
        for name, printer in printers.items():
            taken[name].append(printer.print(number))
    found = {
        name: Engine(
            statistics.median(cpu for cpu, _size in taken[name]),
            statistics.median(size for _cpu, size in taken[name]),
            printer.resident(),
        )
        for name, printer in printers.items()
    }
    memory = _memory(printers["ours"], len(papers))
    for printer in printers.values():
        printer.end()
    return found, memory


def _memory(printer: printing.Printer, papers: int) -> tuple[float, float]:
    early = 0.0
    for number in range(MANY):
        printer.print(number % papers)
        if number == MANY // 5:
            early = printer.resident()
    return early, printer.resident()


def _with_styles(html: str) -> str:
    """For engines that are given nothing but the page."""
    from django.contrib.staticfiles import finders  # settings are read only now

    from core.documents.rendering import sheet_of  # as above

    sheets = [finders.find(f"pdf/{name}.css") for name in ("fonts", sheet_of(html))]
    text = "".join(Path(str(sheet)).read_text() for sheet in sheets)
    return html.replace("</head>", f"<style>{text}</style></head>", 1)


# -- runs ----------------------------------------------------------------------------------------------------------
def _campaign(teams: int, year: int) -> tuple[Any, Any]:
    """A campaign with so many of the seeded teams, all with a result, and who runs it: final reports with a code, made
    of what the records say of the year."""
    from assessments.annual.snapshots import take  # as above
    from assessments.models import Campaign, Review  # models are ready only now
    from bench.snapshotting import standard  # as above
    from organizations.models import Organization, User  # as above
    from teams.models import Team  # as above

    by = User.objects.get(username="region")
    measure = standard()
    campaign = Campaign.objects.create(
        year=year, state="open", standard=measure, data_until=date(year, 12, 31), created_by=by
    )
    result = measure.conclusions.all()[0]
    leagues = {place.path: place for place in Organization.objects.filter(level="league_city")}
    rows = Team.objects.on_file().select_related("organization").order_by("organization__path")
    Review.objects.bulk_create(
        Review(
            campaign=campaign,
            team=team,
            organization=team.organization,
            office=leagues.get(team.organization.path[:12], by.organization),
            state="final",
            public_from=date(year + 1, 2, 16),
            public_until=date(year + 1, 2, 20),
            self_total=95,
            league_total=92,
            total=92,
            result=result,
        )
        for team in rows[:teams]
    )
    take(campaign.reviews.all(), by=by)
    return campaign, by


def _timed(teams: int, year: int, workers: int) -> tuple[int, float]:
    """Documents made, and seconds from the press of the button until the last one is there."""
    from assessments.models import ReportRun  # models are ready only now
    from assessments.running.beginning import begin  # as above
    from core.queue import send  # as above

    campaign, by = _campaign(teams, year)
    with _workers(workers):
        begun = time.perf_counter()
        run = begin(campaign, by=by, dated=DATED)
        while ReportRun.objects.filter(pk=run.pk, ended_at=None).exists():
            time.sleep(0.2)
            if time.perf_counter() - begun > 20 and not run.documents.exclude(state="queued").exists():
                send("assessments.resume_runs")
        took = time.perf_counter() - begun
    made = run.documents.filter(state="ready").count()
    print(f"{made} of {run.total} documents of {teams} teams by {workers} workers: {took:.1f} s", flush=True)
    return made, took


@contextmanager
def _workers(count: int) -> Any:
    """The product's own workers; what they say goes into a file."""
    log = Path(os.environ.get("PORTAL_DATA", gettempdir())) / "bench-worker.log"
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "portal", "worker", "-c", str(count)]
    with log.open("ab") as file:
        worker = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        _until_there()
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def _until_there() -> None:
    """Until they answer. The first report of each is slower than the others; that is part of a run."""
    from portal.celery import app  # settings are read only now

    until = time.monotonic() + 60
    while time.monotonic() < until and not app.control.ping(timeout=1):
        pass


# -- the report ------------------------------------------------------------------------------------------------------
NAMES = {
    "ours": "本平台（PDF/A，常驻进程）", "warm": "直接调用 WeasyPrint，常驻进程",
    "fresh": "直接调用 WeasyPrint，每份新开进程",
    "chromium": "Chromium 打印为 PDF，常驻",
}  # fmt: skip
FACTOR, SCALING, FLAT = 1.9, 1.8, 1.1


def lines_of(found: dict[str, Any]) -> list[str]:
    """The section of docs/performance.md."""
    engines, (early, late) = found["engines"], found["memory"]
    base = engines["warm"]["cpu"]
    lines = [
        "",
        f"年度报告，同一份模板（平均 {found['pages']:.0f} 页），轮流各印 {ROUNDS} 份，取中位：",
        "",
        "| 方式 | 每份 CPU 毫秒 | 每核每秒 份 | 相对“直接调用，常驻” | KB | 内存 MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, words in NAMES.items():
        if name in engines:
            one = engines[name]
            mark = " ✗" if name == "ours" and base / one["cpu"] < FACTOR else ""
            lines.append(
                f"| {words} | {one['cpu'] * 1000:.0f} | {1 / one['cpu']:.1f} | {base / one['cpu']:.2f}{mark} "
                f"| {one['size'] / 1000:.0f} | {one['resident']:.0f} |"
            )
    one, two = found["seconds"]
    teams, documents, seconds = found["campaign"]
    grown = "" if late <= early * FLAT else " ✗"
    scaled = "" if one / two >= SCALING else " ✗"
    lines += [
        "",
        f"一个进程连续印 {MANY} 份：印过五分之一时 {early:.0f} MB，印完 {late:.0f} MB{grown}。"
        f"{SPEED_TEAMS} 支队伍：1 个后台进程 {one:.1f} 秒，2 个 {two:.1f} 秒，快 {one / two:.2f} 倍{scaled}。"
        f"{teams:,} 支队伍从点“开始”到 {documents:,} 份文件（含打包和目录）全部做完，2 个后台进程 {seconds:.0f} 秒，"
        f"每秒 {documents / seconds:.1f} 份。",
    ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports")
    parser.add_argument("--full", action="store_true", help=f"a campaign of {FULL_TEAMS} teams")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    import django  # the settings are named only now

    django.setup()
    print("\n".join(lines_of(asdict(measure_reports(full=options.full)))))


if __name__ == "__main__":
    main()
