"""Which account is whose: by it a member reads all that is kept about him or her, so it must be his or her own."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.language import as_stored, in_chinese
from core.notices import notify
from organizations.models import AccountRequest, Organization, User
from organizations.permissions import can
from organizations.roles import Right, RoleKey
from people.models import Person
from people.names import same_name


def linkable(person: Person, user: User) -> QuerySet[User]:
    """Accounts of the person's teams, where ``user`` keeps the roster, that are nobody's yet."""
    places = [
        row.organization_id
        for row in person.deciding_memberships()
        if row.is_current and can(user, Right.EDIT_MEMBER, row.organization)
    ]
    return User.objects.active().filter(organization__in=places, person=None).order_by("name", "username")


@transaction.atomic
def link(person: Person, account: User, *, by: User) -> None:
    """:raises ValidationError: the account is somebody else's, or the person has one already."""
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if locked.user_id is not None:
        raise ValidationError(_("这个人已经关联了账号，请先解除。"))
    if Person.objects.filter(user=account).exists():
        raise ValidationError({"account": _("这个账号已经关联到另一个人。")})
    if not same_name(locked.name, account.name):
        words = {"account": account.name, "person": locked.name}
        raise ValidationError({"account": _("账号姓名“%(account)s”与人员姓名“%(person)s”不一致，请先核对。") % words})
    if account.pk == by.pk:
        raise ValidationError({"account": _("自己的账号要由别人关联。")})
    locked.user, locked.version = account, locked.version + 1
    locked.save(update_fields=["user", "version"])
    with in_chinese():
        notify(
            [account], kind="account_linked", title=_("您的账号已关联到本人的队员信息"),
            body=_("%(by)s已办理关联。不是您本人的信息请马上告诉队长。") % {"by": by}, url="/me/",
        )  # fmt: skip


@transaction.atomic
def unlink(person: Person, *, by: User) -> None:
    """:raises ValidationError: no account is linked, or it is one's own: linking decides who may verify what."""
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if locked.user_id is None:
        raise ValidationError(_("这个人没有关联账号。"))
    if locked.user_id == by.pk:
        raise ValidationError(_("自己的账号要由别人解除关联。"))
    locked.user, locked.version = None, locked.version + 1
    locked.save(update_fields=["user", "version"])


def ask_account(person: Person, place: Organization, *, by: User) -> AccountRequest:
    """The draft of an account request, filled in from the record; the same again while it is a draft."""
    draft, _made = AccountRequest.objects.get_or_create(
        organization=place, applicant=by, name=person.name, role=RoleKey.MEMBER, state="draft",
        defaults={"phone": person.mobile, "basis": as_stored(gettext_lazy("本队队员"))},
    )  # fmt: skip
    return draft
