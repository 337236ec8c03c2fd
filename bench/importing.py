"""Times a roster from file to records at three lengths, and against saving the same people one by one through forms.

Each length runs in a process of its own, so that one run's memory is not another's. Nothing stays: the transaction is
rolled back, after it has been written and every deferred constraint has been checked.
"""

import resource
import time
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from multiprocessing import get_context
from typing import Any

ROWS = (1_000, 10_000, 50_000)
ONE_BY_ONE = 300  # rows saved through forms; the time of one row is what counts
HEAD = ["序号", "姓名", "性别", "身份证号", "联系电话", "民族", "学历", "入队时间", "分组", "职务", "应急救护证编号",
        "发证日期", "保险公司", "保单号", "保险起期", "保险止期",
        "紧急联系人", "紧急联系人电话", "工作单位", "住址"]  # fmt: skip


@dataclass(frozen=True)
class ImportResult:
    """:param read: seconds from the file to the preview. :param written: from the confirmation to the commit.
    :param memory: MB, the peak of the process. :param factor: times faster than one by one; ``whole``: with the check.
    """

    rows: int
    read: float
    written: float
    memory: float
    factor: float
    factor_whole: float


def measure_import() -> list[ImportResult]:
    """Uses the database of the settings, which must have a team: some 10 seconds per 10,000 rows."""
    context = get_context("spawn")
    with context.Pool(1, maxtasksperchild=1) as pool:
        each = pool.apply(_seconds_one_by_one)
        results = []
        for count in ROWS:
            found = _result(count, *pool.apply(_measure, (count,)), each)
            seconds = f"{found.read:.1f} s read, {found.written:.1f} s written"
            print(f"import of {count} rows: {seconds}, {found.memory:.0f} MB", flush=True)
            results.append(found)
        return results


def _result(count: int, read: float, written: float, memory: float, each: float) -> ImportResult:
    slow = each * count
    return ImportResult(count, read, written, memory, slow / written, slow / (read + written))


def _setup() -> tuple[Any, Any]:
    import django  # this process alone reads these settings

    django.setup()
    from organizations.models import Organization, User  # models are ready only now

    team = Organization.objects.teams().order_by("pk").first()
    by = User.objects.get(username="region")
    if team is None:
        raise SystemExit("there is no team to import into")
    return team, by


def _facts(number: int) -> list[Any]:
    from people import identity  # as above

    born = date(1970, 1, 1) + timedelta(days=number % 11_000)
    first = f"150404{born:%Y%m%d}{number // 11_000 * 7 % 1000:03d}"
    gender = "男" if int(first[16]) % 2 else "女"
    return [number + 1, f"演示{chr(0x4E00 + number % 5000)}{chr(0x4E00 + number // 5000)}", gender,
            first + identity.check_digit(first), f"139{number:08d}", "汉族", "本科", "2024.3.1", f"{number % 12}组",
            "队员", f"BENCH-{number:06d}", "2025-01-10", "演示保险公司", f"BENCH-{number % 20}",
            "2026-01-01", "2026-12-31",
            "演示亲属", f"138{number:08d}", "演示单位", "演示路 1 号"]  # fmt: skip


def _file(count: int) -> BytesIO:
    from xlsxwriter import Workbook  # as above

    target = BytesIO()
    book = Workbook(target, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet("花名册")
    sheet.write_row(0, 0, HEAD)
    for number in range(count):
        sheet.write_row(number + 1, 0, _facts(number))
    book.close()
    target.seek(0)
    return target


def _measure(count: int) -> tuple[float, float, float]:
    team, by = _setup()
    from django.core.files.base import ContentFile  # as above
    from django.db import connection, transaction  # as above

    from core.exports.xlsx import MEDIA_TYPE  # as above
    from core.imports.bulk.checking import check, take_in  # as above
    from core.models import Import  # as above
    from people.roster.resource import RosterResource  # as above

    with transaction.atomic():
        item = Import(kind="bench", name="bench.xlsx", media_type=MEDIA_TYPE, sha256="0" * 64, created_by=by)
        item.file.save(f"bench-{count}", ContentFile(_file(count).getvalue()))
        begun = time.perf_counter()
        check(item, RosterResource(by=by, teams=[team]))
        read = time.perf_counter() - begun
        if item.report["counts"]["new"] != count:
            raise SystemExit(f"of {count} rows: {item.report['counts']}")
        begun = time.perf_counter()
        taken = take_in(item, RosterResource(by=by, teams=[team]))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        written = time.perf_counter() - begun
        if taken.created != count:
            raise SystemExit(f"of {count} rows {taken.created} were written")
        transaction.set_rollback(True)
    return read, written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds_one_by_one() -> float:
    """One row's time: the same four records, each through its model's form, as pages save them."""
    team, _by = _setup()
    from django.db import transaction  # as above
    from django.forms import modelform_factory  # as above

    from people.choices import IdType  # as above
    from people.models import Certificate, CertificateKind, Cover, Membership, Person, Policy  # as above

    person_form = modelform_factory(
        Person,
        fields=["name", "gender", "mobile", "ethnicity", "education", "emergency_name", "emergency_phone", "employer",
                "address"],
    )  # fmt: skip
    membership_form = modelform_factory(Membership, fields=["state", "kind", "group", "duty", "joined_on"])
    paper_form = modelform_factory(Certificate, fields=["kind", "number", "issued_on"])
    cover_form = modelform_factory(Cover, fields=["policy", "starts_on", "ends_on"])
    kind = CertificateKind.objects.get(pk="first_aid")
    with transaction.atomic():
        policy = Policy.objects.create(
            organization=team, insurer="演示保险公司", number="BENCH-FORM", starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
        )  # fmt: skip
        begun = time.perf_counter()
        for number in range(ONE_BY_ONE):
            row = dict(zip(HEAD, _facts(900_000 + number), strict=True))
            said = {"name": row["姓名"], "gender": "1", "mobile": row["联系电话"][:11], "ethnicity": "汉族",
                    "education": "20", "emergency_name": row["紧急联系人"],
                    "emergency_phone": row["紧急联系人电话"][:11], "employer": row["工作单位"],
                    "address": row["住址"]}  # fmt: skip
            with transaction.atomic():
                person = Person()
                person.set_id(IdType.CITIZEN, row["身份证号"])
                person = _save(person_form(said, instance=person))
                _save(
                    membership_form(
                        {
                            "state": "full",
                            "kind": "member",
                            "group": row["分组"],
                            "duty": "队员",
                            "joined_on": "2024-03-01",
                        },
                        instance=Membership(person=person, organization=team),
                    )
                )
                paper = {"kind": kind.pk, "number": f"FORM-{number}", "issued_on": "2025-01-10"}
                _save(paper_form(paper, instance=Certificate(person=person)))
                cover = {"policy": policy.pk, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
                _save(cover_form(cover, instance=Cover(person=person)))
        each = (time.perf_counter() - begun) / ONE_BY_ONE
        transaction.set_rollback(True)
    return each


def _save(form: Any) -> Any:
    if not form.is_valid():
        raise SystemExit(str(form.errors))
    return form.save()
