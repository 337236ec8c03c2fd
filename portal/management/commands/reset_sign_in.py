from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.history import acting_as
from organizations.accounts import set_one_time_password
from organizations.models import User


class Command(BaseCommand):
    help = "给一个账号设一次性密码并清除二次验证。只在没有安全管理员能够登录时用；平时由安全管理员在平台内办理。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="登录名")

    def handle(self, *args: Any, **options: Any) -> None:
        account = User.objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError("没有这个登录名。")
        try:
            with acting_as(None, source="reset_sign_in"):
                password = set_one_time_password(account, by=None, without_factors=True)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from None
        self.stdout.write(
            f"{account.username}（{account.name}）的一次性密码：{password}（登录时更改）；二次验证已清除。"
        )
