"""What one row of a roster would do: whom it means, what is new, what differs, what stands against it.

A person's facts are the person's: another team fills in what is empty. What differs is written by the person's main
team only, and is told to nobody who may not see the person.
"""

from datetime import date
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext as _

from core import masking
from core.imports.bulk import Line, Outcome
from core.language import in_chinese
from core.words import field_in_words
from organizations.models import Organization
from people import identity
from people.membership.enrolling import FILLABLE
from people.membership.returning import died_in_words, too_early
from people.models import Certificate, Membership, Person
from people.names import bare_name, plain_name, same_name
from people.person_cards import HEALTH_DAYS
from people.roster.matching import Found
from people.roster.plans import Known, Plan
from people.roster.reading import Facts, Paper
from people.states import CertificateState
from people.validators import months_after

_PHONES = ("mobile", "other_phone", "emergency_phone")


def judge(line: Line, facts: Facts, team: Organization, found: Found, known: Known) -> Outcome:
    outcome = Outcome(line, errors=dict(facts.errors), notes=dict(facts.notes))
    plan = outcome.plan = Plan(facts, team)
    if line.key in known.doubles:
        name, text = known.doubles[line.key]
        outcome.errors.setdefault(name, text)
    if line.key in known.said:
        outcome.note("", known.said[line.key])
    root = known.root(line.key)
    if root == line.key:
        _match(outcome, plan, found, known)
        known.whose[root] = plan.person
        outcome.joins = str(plan.person.pk) if plan.person is not None else ""
    else:
        plan.person, plan.twin = known.whose.get(root), root
    if plan.person is not None:
        plan.membership = found.membership(plan.person, team)
    if plan.membership is not None:
        known.meant.add(plan.membership.pk)
    if facts.id_number and "id_number" not in outcome.errors:
        outcome.shown["id_number"] = identity.masked(facts.id_number)
    if outcome.errors:
        return outcome
    if line.key in known.again:
        plan.only_papers = True
        _about_papers(outcome, plan, found, known)
        outcome.kind = "changed" if plan.papers or plan.paper_changes else "same"
        return outcome
    _about_person(outcome, plan, found)
    _about_membership(outcome, plan, found)
    _about_papers(outcome, plan, found, known)
    _about_insurance(outcome, plan, found, known)
    if plan.membership is not None:
        touched = (plan.person_changes, plan.identify, plan.membership_changes, plan.papers, plan.paper_changes,
                   plan.cover_changes, plan.span and plan.cover is None)  # fmt: skip
        outcome.kind = "changed" if any(touched) else "same"
    return outcome


# -- whom the row means -----------------------------------------------------------------------------------------
def _match(outcome: Outcome, plan: Plan, found: Found, known: Known) -> None:
    facts = plan.facts
    if facts.id_number:
        plan.person = found.by_index.get(identity.index(facts.id_type, facts.id_number))
        if plan.person is None:
            _match_without_document(outcome, plan, _namesakes(plan, found, known))
    elif "id_number" not in outcome.errors and "name" in facts.person:
        _match_by_name(outcome, plan, _namesakes(plan, found, known))
        if facts.masked and plan.person is None and "name" not in outcome.errors:
            outcome.errors["id_number"] = _("号码是遮盖的，队里又没有叫这个名字的人，请填完整号码。")


def _namesakes(plan: Plan, found: Found, known: Known) -> list[Membership]:
    """Members of that name whom no row before means."""
    rows = found.by_name.get((plan.team.pk, bare_name(plan.facts.person.get("name", ""))), [])
    return [row for row in rows if row.pk not in known.meant and _may_be(plan.facts.masked, row.person.id_masked)]


def _may_be(masked: str, held: str) -> bool:
    """Whether a number that is covered in the file may be the one a person has: the ends of eighteen digits show."""
    return masked == held or not len(masked) == len(held) == 18


def _match_without_document(outcome: Outcome, plan: Plan, rows: list[Membership]) -> None:
    """The number is not known: a member of the same name and mobile has none yet, or another one. Who was entered by
    the name alone is meant where nothing speaks against it."""
    mobile = plan.facts.person.get("mobile", "")
    same = [row for row in rows if mobile and row.person.mobile == mobile]
    bare = [row for row in same or rows if row.person.id_index is None]
    fits = bare if same else [row for row in bare if (not mobile or not row.person.mobile) and _is_of_age(plan, row)]
    if len(fits) == 1:
        plan.person, plan.identify = fits[0].person, True
        if not same:
            outcome.note("id_number", _("队里有同名、没有证件号码的人，按同一个人补上；是另一个人的，先核对再导入。"))
    elif same:
        outcome.note("id_number", _("队里有姓名和手机都相同、证件号码不同的人，请核对是不是同一个人。"))
    elif bare:
        outcome.note("id_number", _("队里有同名、没有证件号码的人；这一行按另一个人登记，请核对是不是同一个人。"))


def _is_of_age(plan: Plan, row: Membership) -> bool:
    born = identity.told(plan.facts.id_type, plan.facts.id_number).birth
    return not (born and row.person.birth) or born == row.person.birth


def _match_by_name(outcome: Outcome, plan: Plan, rows: list[Membership]) -> None:
    mobile = plan.facts.person.get("mobile", "")
    same = [row for row in rows if mobile and row.person.mobile == mobile]
    if not same:
        same = [row for row in rows if not mobile or not row.person.mobile]
    if len(same) == 1:
        plan.person = same[0].person
    elif len(same) > 1:
        outcome.errors["name"] = _("队里有几个同名的人，请填证件号码或手机，才知道是哪一个。")
    elif rows:
        outcome.note("name", _("队里有同名的人，手机不同；这一行按另一个人登记。"))


# -- the person -----------------------------------------------------------------------------------------------
def _about_person(outcome: Outcome, plan: Plan, found: Found) -> None:
    person, facts = plan.person, plan.facts
    if person is None:
        if not facts.id_number and not {"id_number"} & {*outcome.notes, *outcome.line.problems}:
            outcome.note("id_number", _("没有证件号码，可以先登记，补齐前不能出动。"))
        return
    visible = person.pk in found.visible
    main_here = plan.membership is not None and plan.membership.is_main
    own = visible and (main_here or not found.has_main(person))
    plan.is_main = not found.has_main(person)
    _about_name(outcome, plan, own)
    for name in FILLABLE:
        given, held = facts.person.get(name), getattr(person, _attribute(name))
        if given in EMPTY_VALUES:
            continue
        if name in HEALTH_DAYS and person.pk in found.no_health:
            if visible:
                words = {"names": Person._meta.get_field(name).verbose_name}  # type: ignore[union-attr]
                outcome.note(name, _("健康信息（%(names)s）要本人单独同意后填写，没有导入。") % words)
            continue
        if held in EMPTY_VALUES:
            plan.person_changes[name] = given
            outcome.old.update({name: ""} if visible else {})
        elif held != _key(given) and own:
            plan.person_changes[name] = given
            outcome.old[name] = _in_words(person, name)
        elif held != _key(given) and visible:
            outcome.note(
                name, _("登记的是“%(old)s”，由本人的主要队伍更改，这里不改。") % {"old": _in_words(person, name)}
            )
    if plan.membership is None and person.pk in found.dead:
        outcome.errors["name"] = died_in_words()
    elif plan.membership is None:
        last = found.left.get((person.pk, plan.team.pk))
        said = _("已在系统里，将加入本队。")
        if last is not None:
            words = {"day": last.left_on, "why": last.get_end_kind_display()}
            said = _("以前在本队，%(day)s 退出（%(why)s）；将重新加入，没有回来的勾选“不导入”。") % words
        outcome.note("", said)


def _about_name(outcome: Outcome, plan: Plan, own: bool) -> None:
    person, given = plan.person, plan.facts.person["name"]
    assert person is not None
    same = same_name(person.name, given)
    if plain_name(person.name) == plain_name(outcome.line.cells.get("name", "")):
        outcome.notes.pop("name", None)  # it is on file with all that was told as no name
    if person.name == given or (same and plain_name(person.name) != plain_name(given)):
        return  # an addition in brackets is not read, and so stays
    if own:
        plan.person_changes["name"] = given
        outcome.old["name"] = person.name
        if not same:
            outcome.note("name", _("登记的姓名是“%(old)s”，将改为这里写的。") % {"old": person.name})
    elif not same:
        outcome.errors["name"] = _("这个证件号码登记的是另一个姓名，请核对姓名和号码。")


def _attribute(name: str) -> str:
    return "division_id" if name == "division" else name


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


def _in_words(record: Any, name: str) -> str:
    value = getattr(record, name)
    if name in _PHONES:
        return masking.phone(value)
    with in_chinese():  # as the file is: what a job finds and what a page finds is the same
        return field_in_words(record._meta.get_field(name), value)


# -- the membership -------------------------------------------------------------------------------------------
def _about_membership(outcome: Outcome, plan: Plan, found: Found) -> None:
    facts, held = plan.facts.membership, plan.membership
    _about_joining(outcome, plan, found)
    if held is None:
        if "joined_on" not in facts and "joined_on" in outcome.line.cells:
            outcome.note("joined_on", _("没有入队日期，按今天登记。"))
        return
    if facts.get("state", held.state) != held.state:
        outcome.note("state", _("登记的是“%(old)s”，请在名册上办理，这里不改。") % {"old": held.get_state_display()})
    for name in ("number", "group", "duty", "basis", "joined_on", "kind"):
        given = facts.get(name)
        if given in EMPTY_VALUES or given == getattr(held, name):
            continue
        plan.membership_changes[name] = given
        outcome.old[name] = _in_words(held, name)


def _about_joining(outcome: Outcome, plan: Plan, found: Found) -> None:
    """Who comes back does not begin before the day he or she left: a roster goes on writing the first day."""
    last = found.left.get((plan.person.pk, plan.team.pk)) if plan.person is not None else None
    day = plan.facts.membership.get("joined_on")
    if last is None or last.left_on is None or not day or day >= last.left_on:
        return
    if plan.membership is None or day != plan.membership.joined_on:
        outcome.errors["joined_on"] = too_early(last.left_on)


# -- certificates ---------------------------------------------------------------------------------------------
def _about_papers(outcome: Outcome, plan: Plan, found: Found, known: Known) -> None:
    person, root = plan.person, known.root(outcome.line.key)
    for paper in plan.facts.papers:
        held = _held(found.papers[person.pk], paper) if person is not None else None
        key = (paper.kind.key, paper.number)
        first = known.papers.setdefault(key, outcome.line) if paper.number else outcome.line
        if known.root(first.key) != root:
            outcome.errors[paper.column] = _("和第 %(number)s 行的证书编号相同。") % {"number": first.number}
            continue
        entered = known.entered[root, paper.kind.key]
        if (paper.number or paper.issued_on) in entered:
            continue
        holder = found.taken.get(key) if paper.number else None
        if holder is not None and (person is None or holder != person.pk):
            outcome.errors[paper.column] = _("这个编号的证书已经登记给另一个人。")
        elif held is not None:
            entered |= _marks(paper)
            if person is not None and person.pk in found.visible:  # a stranger's papers are neither told nor touched
                _differs(outcome, plan, held, paper)
        elif paper.issued_on is None:
            outcome.note(paper.column, _("没有发证日期，这本证书没有登记。"))
        else:
            entered |= _marks(paper)
            plan.papers.append(_whole(paper))


def _marks(paper: Paper) -> set[str | date]:
    """What another row may know the same certificate by."""
    return {mark for mark in (paper.number, paper.issued_on) if mark}


def _held(rows: list[Certificate], paper: Paper) -> Certificate | None:
    of_kind = [row for row in rows if row.kind_id == paper.kind.key]
    if paper.number:
        exact = next((row for row in of_kind if row.number == paper.number), None)
        bare = (row for row in of_kind if not row.number and row.issued_on == paper.issued_on)
        return exact or next(bare, None)
    return next((row for row in of_kind if paper.issued_on in (None, row.issued_on)), None)


def _differs(outcome: Outcome, plan: Plan, held: Certificate, paper: Paper) -> None:
    given = {"number": paper.number, "issued_on": paper.issued_on, "expires_on": paper.expires_on,
             "issuer": paper.issuer, "level": paper.level}  # fmt: skip
    changes = {n: v for n, v in given.items() if v not in EMPTY_VALUES and v != getattr(held, n)}
    if not changes:
        return
    if held.state != CertificateState.REPORTED:
        state = held.get_state_display()
        outcome.note(paper.column, _("这本证书%(state)s，与文件不同的内容这里不改。") % {"state": state})
        return
    start: Any = changes.get("issued_on", held.issued_on)
    end: Any = changes.get("expires_on", held.expires_on)
    if end is not None and end < start:
        outcome.errors[paper.column] = _("有效至不能早于发证日期。")
        return
    plan.paper_changes.append((held, changes))
    for name, column in (("number", "cert_number"), ("issued_on", "cert_issued"), ("expires_on", "cert_expires"),
                         ("issuer", "cert_issuer"), ("level", "cert_level")):  # fmt: skip
        if name in changes:
            outcome.old[column if paper.column.startswith("cert_") else paper.column] = _in_words(held, name)


def _whole(paper: Paper) -> Paper:
    """With the end that its kind gives, where none is written."""
    if paper.expires_on is None and not paper.lasting and paper.kind.months and paper.issued_on:
        paper.expires_on = months_after(paper.issued_on, paper.kind.months)
    return paper


# -- insurance ------------------------------------------------------------------------------------------------
def _about_insurance(outcome: Outcome, plan: Plan, found: Found, known: Known) -> None:
    said = plan.facts.insured
    if said is None:
        return
    key = (plan.team.pk, said.insurer, said.number)
    policy = known.policies.get(key)
    # a policy the file brings is there already when the later rows are written, over the span of all of them
    first, last = (policy.starts_on, policy.ends_on) if policy else known.spans.get(key, (None, None))
    start, end = said.starts_on or first, said.ends_on or last
    column = "policy_number" if "policy_number" in outcome.line.cells else "insurer"
    if not (said.insurer and said.number and start and end):
        outcome.note(column, _("保险信息不全（要有保险公司、保单号和起止日期），没有登记。"))
        return
    if first and last and not (first <= start and end <= last):
        words = {"start": first.isoformat(), "end": last.isoformat()}
        where = "cover_period" if "cover_period" in outcome.line.cells else "cover_from"
        outcome.errors[where] = _("不在保单的起止日期（%(start)s 至 %(end)s）之内。") % words
        return
    cover = found.covers.get((policy.pk, plan.person.pk)) if policy and plan.person else None
    plan.policy, plan.span, plan.cover = key, (start, end), cover
    if cover is not None and said.starts_on and said.ends_on:
        changes = {"starts_on": start, "ends_on": end}
        plan.cover_changes = {n: v for n, v in changes.items() if v != getattr(cover, n)}
        for name, column in (("starts_on", "cover_from"), ("ends_on", "cover_to")):
            if name in plan.cover_changes:
                outcome.old[column] = _in_words(cover, name)
