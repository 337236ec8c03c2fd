"""The gap in words: what a line asks, what is missing, what to do."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.choices import Method
from assessments.gap.frontier import Need
from assessments.gap.known import with_unit
from assessments.gap.way import Change, Outlook, Way
from assessments.models import Indicator
from assessments.scoring import NOUGHT, Bar, Line, Standing, plain
from assessments.standards import measures
from assessments.standards.shares import PARTS, SHARES
from core import metrics


def asked(indicator: Indicator, aim: Bar | None) -> str:
    """What the standard asks on the way to ``aim``: its own words where it has them."""
    text = indicator.texts.get(aim.key, "") if aim else ""
    return text or _ASKED[indicator.method](indicator, aim)


def _asked_steps(indicator: Indicator, aim: Bar | None) -> str:
    if words := _asked_of_one(indicator):
        return words
    steps = sorted(indicator.steps, key=lambda step: Decimal(step["from"]), reverse=not indicator.more_is_better)
    form = _("%(from)s起 %(points)s 分") if indicator.more_is_better else _("%(from)s以内 %(points)s 分")
    told = [
        form % {"from": with_unit(Decimal(one["from"]), indicator), "points": plain(Decimal(one["points"]))}
        for one in steps
    ]
    return _("；").join(told)


def _asked_of_one(indicator: Indicator) -> str:
    """已确认 2 分, of a count of teams with one step; empty for all else."""
    if len(indicator.steps) != 1:
        return ""
    step = indicator.steps[0]
    words = measures.of_one(indicator, Decimal(step["from"]))
    return _("%(what)s %(points)s 分") % {"what": words, "points": plain(Decimal(step["points"]))} if words else ""


def _asked_threshold(indicator: Indicator, aim: Bar | None) -> str:
    least = indicator.requirements.get(aim.key) if aim else None
    if least is None:
        return _("这一档没有数值要求")
    if words := measures.of_one(indicator, Decimal(least)):
        return words
    form = _("不少于 %(number)s") if indicator.more_is_better else _("不多于 %(number)s")
    return form % {"number": with_unit(Decimal(least), indicator)}


def _asked_yes_no(indicator: Indicator) -> str:
    wanted = Decimal(indicator.more_is_better)
    return measures.of_one(indicator, wanted) or (_("有") if wanted else _("没有"))


_ASKED: dict[str, Callable[[Indicator, Bar | None], str]] = {
    Method.YES_NO: lambda indicator, aim: _asked_yes_no(indicator),
    Method.STEPS: _asked_steps,
    Method.DEDUCTION: lambda indicator, aim: _("每项扣 %(each)s 分") % {"each": plain(indicator.per_unit or NOUGHT)},
    Method.THRESHOLD: _asked_threshold,
    Method.JUDGED: lambda indicator, aim: _("由专家评分"),
}


def missing(line: Line, indicator: Indicator, outlook: Outlook, numbers: Mapping[str, Decimal]) -> str:
    """What the line lacks to its next better step; empty where nothing is missing."""
    if line.standing == Standing.NOT_APPLICABLE:
        return ""
    options = outlook.options.get(line.rule.code)
    if not options:
        return ""
    first = options[0]
    if indicator.method == Method.JUDGED:
        form = _("还没有评分，满分 %(points)s 分") if first.now is None else _("还可以多得 %(points)s 分")
        return form % {"points": plain(options[-1].gain)}
    more = _step_up(first, indicator, numbers)
    if not first.gain:
        return more
    return _("%(more)s，多得 %(points)s 分") % {"more": more, "points": plain(first.gain)}


def _step_up(change: Change, indicator: Indicator, numbers: Mapping[str, Decimal]) -> str:
    """差 5 人; of a share the people it takes; of what is said of one team, how it should be."""
    if words := measures.of_one(indicator, change.to):
        return _("要做到：%(what)s") % {"what": words}
    if indicator.method == Method.YES_NO:
        return _("还没有填") if change.now is None else _("还没有") if change.to else _("要消除")
    if change.now is None:
        form = _("还没有填，要 %(number)s") if change.rule.rises else _("还没有填，不能超过 %(number)s")
        return form % {"number": with_unit(change.to, indicator)}
    heads = heads_for(change, indicator, numbers)
    if heads:
        return heads
    form = _("差 %(number)s") if change.to > change.now else _("要减少 %(number)s")
    return form % {"number": with_unit(change.by, indicator)}


def heads_for(change: Change, indicator: Indicator, numbers: Mapping[str, Decimal]) -> str:
    """再有 4 名持证队员 (20 人中现有 12 人), for a number that is a share; else empty."""
    metric = measures.of(indicator)
    share = SHARES.get(metric.name) if metric else None
    if share is None or not share.over or share.under not in numbers:
        return ""
    under, over = numbers[share.under], numbers.get(share.over, Decimal(0))
    label = metrics.get(share.over)
    if not under:
        return _("先登记%(whole)s") % {"whole": metrics.get(share.under).label}
    more = max(share.needed(change.to, under) - over, Decimal(1))
    words = {"more": plain(more), "unit": label.unit, "what": label.label, "all": plain(under), "now": plain(over)}
    return _("再有 %(more)s %(unit)s%(what)s（%(all)s 人中现有 %(now)s 人）") % words


def numbers_of(metric: metrics.Metric, numbers: Mapping[str, Decimal]) -> tuple[Decimal | None, ...]:
    """The numbers of the records that words about a line of this metric hang on."""
    share = SHARES.get(metric.name)
    names = (metric.name, share.under, share.over) if share else (metric.name,)
    return tuple([numbers.get(name) for name in names])


_YES_NO = {
    (True, True): gettext_lazy("%(name)s：做到并填报"),
    (False, True): gettext_lazy("%(name)s：现在没有，要做到"),
    (True, False): gettext_lazy("%(name)s：确认没有"),
    (False, False): gettext_lazy("%(name)s：现在有，要消除"),
}


def to_do_list(way: Way | None, indicators: Iterable[Indicator], numbers: Mapping[str, Decimal]) -> list[str]:
    """What to do, in the order of the standard. Whoever does all of it gets there: where people are to be added, a
    share of them is told of as many as there will be then, and what has to go along so that it does not fall."""
    named = {one.code: one for one in indicators}
    changes = way.changes if way else ()
    metrics_ = {change.rule.code: measures.of(named[change.rule.code]) for change in changes}
    moved = {metric.name: change.to for change in changes if (metric := metrics_[change.rule.code])}
    grown = _grown(moved, numbers)
    after = {**moved, **grown}
    told, then = [], {**numbers, **_heads_moved(after)}
    for change in changes:
        metric = metrics_[change.rule.code]
        text = to_do(change, named[change.rule.code], then)
        along = _along(metric.name, after, named.values(), numbers) if metric else []
        along += _around(metric.name, change.to, {**numbers, **moved}) if metric else []
        for whole in [one for one, to in grown.items() if metric and metric.name in PARTS[one] and to == change.to]:
            along += [] if whole in moved else _along(whole, after, named.values(), numbers)
            del grown[whole]  # said once
        told.append(_("%(text)s（%(along)s）") % {"text": text, "along": _("；").join(along)} if along else text)
    return told


def _grown(moved: Mapping[str, Decimal], numbers: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Wholes that have to grow further than they are moved themselves, because a part of them does (``_around``)."""
    found = {}
    for whole, parts in PARTS.items():
        most = max((moved[part] for part in parts if part in moved), default=NOUGHT)
        if whole in numbers and most > max(numbers[whole], moved.get(whole, NOUGHT)):
            found[whole] = most
    return found


def _heads_moved(moved: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Of what shares are divided by."""
    return {name: number for name, number in moved.items() if any(share.under == name for share in SHARES.values())}


def _along(
    name: str, moved: Mapping[str, Decimal], indicators: Iterable[Indicator], numbers: Mapping[str, Decimal]
) -> list[str]:
    """What keeps the shares of ``name`` where they are, when it rises and they are not to be changed themselves."""
    shares = {of: share for of, share in SHARES.items() if share.under == name and of not in moved}
    if not shares:
        return []
    used = {metric.name for one in indicators if (metric := measures.of(one))}
    found = []
    for of, share in shares.items():
        if of not in used or not numbers.get(of) or not numbers.get(name):
            continue
        label = metrics.get(of).label
        if not share.over:
            found.append(_("新队员也要参训，%(share)s才不下降") % {"share": label})
            continue
        more = share.needed(numbers[of], moved[name]) - numbers.get(share.over, NOUGHT)
        if more > 0 and share.over not in moved:
            words = {"more": plain(more), "what": metrics.get(share.over).label, "share": label}
            found.append(_("同时再有 %(more)s 人%(what)s，%(share)s才不下降") % words)
    return found


def _around(name: str, to: Decimal, then: Mapping[str, Decimal]) -> list[str]:
    """What has to grow with a part of it: nobody is insured who is no member."""
    found = []
    for whole, parts in PARTS.items():
        if name in parts and whole in then and to > then[whole]:
            label = metrics.get(whole)
            words = {"what": label.label, "n": plain(to), "unit": label.unit}
            found.append(_("%(what)s也要有 %(n)s %(unit)s") % words)
    return found


def to_do(change: Change, indicator: Indicator, numbers: Mapping[str, Decimal]) -> str:
    """One thing to put right, as a sentence without its end."""
    words = {
        "name": indicator.name,
        "now": with_unit(change.now, indicator) if change.now is not None else _("没有填"),
        "to": with_unit(change.to, indicator),
        "by": with_unit(change.by, indicator),
        "points": plain(change.to),
        "full": plain(indicator.points),
    }
    if indicator.method == Method.YES_NO:
        return _YES_NO[change.now is None, bool(change.to)] % words
    if indicator.method == Method.JUDGED:
        return _("%(name)s：评到 %(points)s 分（满分 %(full)s 分）") % words
    heads = heads_for(change, indicator, numbers) if change.now is not None else ""
    if heads:
        return _("%(name)s：%(now)s 提高到 %(to)s，%(heads)s") % {**words, "heads": heads}
    if change.now is None:
        return (_("%(name)s：填报，达到 %(to)s") if change.rule.rises else _("%(name)s：填报，不超过 %(to)s")) % words
    if measures.of_one(indicator, change.to):
        return _("%(name)s：现在“%(now)s”，要做到“%(to)s”") % words
    if change.to > change.now:
        return _("%(name)s：现有 %(now)s，再增加 %(by)s") % words
    return _("%(name)s：现有 %(now)s，减少到 %(to)s") % words


def _subjects_short(need: Need) -> list[str]:
    """The total would do: which subject is below its own bar, and by how much."""
    forms = ((_("公共科目还差 %(points)s 分"), need.public), (_("专业科目还差 %(points)s 分"), need.professional))
    return [form % {"points": plain(Decimal(short) / 100)} for form, short in forms if short]


def summary(outlook: Outlook, way: Way | None, *, tried: bool = False) -> str:
    """What is missing to the conclusion, in one sentence. ``tried``: with numbers that were changed to see."""
    words = {"aim": outlook.aim.name}
    if way is None:
        return _("按这项标准的分值，各项都补齐也到不了“%(aim)s”，请核对标准。") % words
    if not way.changes:
        return (_("照试算的情况可以达到“%(aim)s”。") if tried else _("现有情况已经达到“%(aim)s”。")) % words
    parts = []
    if outlook.points_short:
        parts.append(_("还差 %(points)s 分") % {"points": plain(outlook.points_short)})
    if outlook.vetoes:
        names = _("、").join(line.rule.name for line in outlook.vetoes[:3])
        form = ngettext("“%(names)s”没有过", "“%(names)s”等 %(n)s 项否决项没有过", len(outlook.vetoes))
        parts.append(form % {"names": names, "n": len(outlook.vetoes)})
    if not parts and outlook.need:
        parts += _subjects_short(outlook.need)
    count = len(way.changes)
    form = ngettext("距“%(aim)s”%(parts)s，最少要办 %(n)s 件事。", "距“%(aim)s”%(parts)s，最少要办 %(n)s 件事。", count)
    return form % {**words, "parts": _("，").join(parts), "n": count}
