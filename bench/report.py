"""Keeps what a scale measured, and writes docs/performance.md with budgets kept and missed."""

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from bench.marks import line as line_of_marks
from bench.measure import SLOW, Result
from bench.reports import lines_of as lines_of_reports
from bench.snapshotting import line as line_of_snapshots
from bench.warming import Recount

QUERIES, RATIO, GROWTH, ASSETS, EXPORT_SECONDS = 10, 5.0, 1.2, 200_000, 3.0
IMPORT_MEMORY, IMPORT_FACTOR = 500, 10  # MB; times faster than one by one


def _file(scale: int) -> Path:
    return Path(os.environ.get("PORTAL_DATA", gettempdir())) / f"bench-{scale}.json"


def save(
    scale: int, seeded: float | None, results: list[Result], recounts: list[Recount], more: dict[str, Any]
) -> None:
    """Written after each part, so that what fails at the end takes nothing with it.

    :param seeded: seconds; None: it was there from before.
    :param more: what was measured beside the pages; None for what could not be.
    """
    rows = [
        {
            "name": result.page.name,
            "budgeted": result.page.budgeted,
            "queries": result.queries,
            "median": result.one.median,
            "p95": result.one.p95,
            "median8": result.eight.median,
            "p95_8": result.eight.p95,
            "web": result.web_cpu,
            "database": result.database_cpu,
            "assets": result.asset_bytes,
            "slow": result.slow,
            "turns": result.turns,
            "requests": [len(result.one.samples), len(result.eight.samples)],
        }
        for result in results
    ]
    data: dict[str, Any] = {"seeded": seeded, "rows": rows, "recounts": [made.__dict__ for made in recounts]}
    data["failed"] = [name for name, found in more.items() if found is None]
    _file(scale).write_text(json.dumps({**data, **{name: _plain(found) for name, found in more.items()}}))


def _plain(found: Any) -> Any:
    if isinstance(found, list):
        return [asdict(each) for each in found]
    return asdict(found) if found is not None else None


def _seeded(seconds: float | None) -> str:
    return "数据是以前装入的。" if seconds is None else f"装入数据 {seconds:.0f} 秒（各规模同时装入）。"


def _mark(kept: bool) -> str:
    return "" if kept else " ✗"


@dataclass(frozen=True)
class _Line:
    """A page's numbers against the empty page of its scale, and against itself at ×1."""

    row: dict[str, Any]
    ratio: float
    growth: float | None

    @property
    def missed(self) -> list[str]:
        """Each budget it does not keep, in words."""
        row = self.row
        found = [
            (row["queries"] <= QUERIES, f"{row['queries']} 次查询"),
            (self.ratio <= RATIO, f"空白页的 {self.ratio:.1f} 倍（{row['median']:.0f} 毫秒）"),
            (self.growth is None or self.growth <= GROWTH, f"×1 的 {self.growth or 0:.2f} 倍"),
            (row["assets"] <= ASSETS, f"首次加载 {row['assets'] / 1000:.0f} KB"),
        ]
        return [words for kept, words in found if not kept]

    def __str__(self) -> str:
        row, growth = self.row, self.growth
        grown = "—" if growth is None else f"{growth:.2f}{_mark(growth <= GROWTH)}"
        return (
            f"| {row['name']} | {row['queries']}{_mark(row['queries'] <= QUERIES)} | {row['median']:.1f} / {row['p95']:.1f} "
            f"| {row['median8']:.1f} / {row['p95_8']:.1f} | {row['web']:.1f} / {row['database']:.1f} "
            f"| {self.ratio:.2f}{_mark(self.ratio <= RATIO)} | {grown} "
            f"| {row['assets'] / 1000:.0f}{_mark(row['assets'] <= ASSETS)} |"
        )


def _lines(data: dict[str, Any], first: dict[str, Any] | None) -> list[_Line]:
    """Growth is that of the ratio to the empty page: a machine that is slower for one scale is slower for both."""
    empty = _empty(data)
    base = {row["name"]: row["median"] for row in first["rows"]} if first else {}  # seconds before, in the same turn
    found = []
    for row in data["rows"]:
        ratio = row["median"] / empty
        found.append(
            _Line(row, ratio, row["median"] / base[row["name"]] if row["name"] in base and row["budgeted"] else None)
        )
    return found


def _empty(data: dict[str, Any]) -> float:
    return next(row["median"] for row in data["rows"] if not row["budgeted"])


def _table(data: dict[str, Any], first: dict[str, Any] | None) -> list[str]:
    lines = [
        "| 页面 | 查询 | 1 人 中位/p95 毫秒 | 8 人 中位/p95 毫秒 | CPU 网页/数据库 毫秒 | 比空白页 | 比 ×1 | 首次加载 KB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(str, _lines(data, first)),
    ]
    one, eight = next(row["requests"] for row in data["rows"] if not row["slow"])
    turns = max(row["turns"] for row in data["rows"])
    lines += ["", f"每页 {turns} 轮，1 人共 {one} 次，8 人共 {eight} 次请求；"]
    lines[-1] += f"超过 {SLOW / 1000:g} 秒的页面 1 人每轮一次，8 人只测第一轮。{_seeded(data['seeded'])}"
    recounted = "；".join(f"{made['page']} {made['seconds']:.1f} 秒" for made in data["recounts"])
    if recounted:
        lines += ["", f"页面不等、由后台统计或查找并注明时间的：{recounted}。"]
    told = (("export", _exported), ("approval", _approved), ("marks", line_of_marks), ("snapshots", line_of_snapshots))
    for name, line in told:
        lines += ["", line(data[name])] if data.get(name) else []
    if data["failed"]:
        lines += ["", f"没有测成的：{'、'.join(data['failed'])} ✗。"]
    return [*lines, *_imported(data.get("imports") or []), *_printed(data)]


def _exported(found: dict[str, Any]) -> str:
    if found["megabytes"] < 0.1:  # the answer is a page that follows the job
        return "账号列表超过 50,000 行，导出转为后台任务，不在此测。"
    return (
        f"账号列表导出 xlsx：{found['seconds']:.2f} 秒{_mark(found['seconds'] <= EXPORT_SECONDS)}，"
        f"{found['megabytes']:.1f} MB，导出时内存增加 {found['memory_growth']:.0f} MB。"
    )


def _printed(data: dict[str, Any]) -> list[str]:
    return lines_of_reports(data["reports"]) if data.get("reports") else []


def _missed(data: dict[int, dict[str, Any]]) -> list[str]:
    """Every page that misses a budget, with the number; or that there is none."""
    lines = []
    for scale, found in data.items():
        for line in _lines(found, data.get(1) if scale != 1 else None):
            if line.missed:
                lines.append(f"- ×{scale} {line.row['name']}：{'；'.join(line.missed)}")
        export = found.get("export")
        if export and export["seconds"] > EXPORT_SECONDS and export["megabytes"] >= 0.1:
            lines.append(f"- ×{scale} 账号列表导出：{export['seconds']:.1f} 秒")
        lines += [f"- ×{scale} 没有测成：{name}" for name in found["failed"]]
        imports = found.get("imports") or []
        lines += [f"- 名册导入 {row['rows']:,} 行：{words}" for row, words in _imports_missed(imports)]
    return ["", "## 超出预算的", "", *(lines or ["没有。"])]


def _imports_missed(rows: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for row in rows:
        found = [
            (_is_linear(row, rows[0]), "耗时比行数增长得快"),
            (row["memory"] < IMPORT_MEMORY, f"内存 {row['memory']:.0f} MB"),
            (row["factor"] >= IMPORT_FACTOR, f"写入只比逐个保存快 {row['factor']:.1f} 倍"),
        ]
        if missed := [words for kept, words in found if not kept]:
            yield row, "；".join(missed)


def _seconds_each(row: dict[str, Any]) -> float:
    """For a thousand rows."""
    each: float = (row["read"] + row["written"]) / row["rows"] * 1000
    return each


def _is_linear(row: dict[str, Any], first: dict[str, Any]) -> bool:
    return _seconds_each(row) <= _seconds_each(first) * GROWTH


def _approved(found: dict[str, Any]) -> str:
    kept = found["filed"] == found["asked"] and not found["doubled"]
    return (
        f"8 名审核人同时办结 {found['asked']} 件年度确认：{found['seconds']:.1f} 秒，每秒 {found['asked'] / found['seconds']:.1f} 件，"
        f"中位 {found['median']:.0f} 毫秒，p95 {found['p95']:.0f} 毫秒；事后在数据库里逐件核对，办结 {found['filed']} 件，"
        f"没有恰好办一次的 {found['doubled']} 件{_mark(kept)}。"
    )


def _imported(rows: list[dict[str, Any]]) -> list[str]:
    """Rosters: seconds, memory, and whether either grows faster than the rows."""
    if not rows:
        return []
    first = rows[0]
    lines = [
        "",
        "名册导入（后台读取、核对并预览，确认后一次写入）：",
        "",
        "| 行数 | 读取核对 秒 | 写入 秒 | 每千行 秒 | 内存 MB | 比逐个保存快（只算写入） | 比逐个保存快（全程） |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        linear = _is_linear(row, first)
        lines.append(
            f"| {row['rows']:,} | {row['read']:.1f} | {row['written']:.1f} | {_seconds_each(row):.2f}{_mark(linear)} "
            f"| {row['memory']:.0f}{_mark(row['memory'] < IMPORT_MEMORY)} | {row['factor']:.1f}{_mark(row['factor'] >= IMPORT_FACTOR)} "
            f"| {row['factor_whole']:.1f} |"
        )
    return lines


def write(scales: list[int], path: Path) -> None:
    """One section per scale; ✗ marks what misses its budget."""
    data = {scale: json.loads(_file(scale).read_text()) for scale in scales}
    first = data.get(1)
    lines = [
        "# 性能 Performance",
        "",
        f"由 `bin/bench` 于 {date.today()} 在 {os.cpu_count()} 核 {platform.machine()} 机器上测得，同一次运行内比较；数据库、消息队列、网页服务"
        "（granian，1 个进程）和发请求的一方都在同一台机器上。毫秒随机器而变，看比例。",
        "",
        "各规模先全部装好，整理（`VACUUM ANALYZE`、检查点）并等数据库空闲，再一页一页地在各规模轮流测：同一页在各规模相隔几秒，"
        "机器上别的事情对它们影响大致相同。列表各页在各规模行数相同；机构页在大规模下多列一些队伍，是页长，不是查找变慢。",
        "",
        f"预算：每页查询不超过 {QUERIES} 次且不随行数变；中位数不超过空白登录页的 {RATIO:g} 倍；×100 的中位数不超过 ×1 的 {GROWTH:g} 倍；"
        f"首次加载脚本和样式（gzip）不超过 {ASSETS // 1000} KB；20,000 行导出在 {EXPORT_SECONDS:g} 秒内；"
        f"名册导入内存低于 {IMPORT_MEMORY} MB，写入比逐个保存快 {IMPORT_FACTOR} 倍以上，耗时不比行数增长得快。✗ 为超出。",
        "",
        "×1 为 300 支队伍、3,000 件备案（约一半的队有一件在办）、20,000 个账号及任职、3,000 件开户申请、30,000 条访问记录，"
        "20,000 名人员（21,000 条队籍、18,000 本证书、每队一张保险单共保 16,000 人、4,000 条时长、400 件入队申请），另有每行一条变更记录；"
        "×10、×100 按倍数。",
        "",
        "怎样测、为什么是这样、试过什么，见 [performance-notes.md](performance-notes.md)。",
    ]
    lines += _missed(data)
    for scale in scales:
        lines += ["", f"## ×{scale}", "", *_table(data[scale], first if scale != 1 else None)]
    path.write_text("\n".join(lines) + "\n")
