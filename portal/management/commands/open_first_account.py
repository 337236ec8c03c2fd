from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.history import acting_as
from organizations.accounts import open_first_account


class Command(BaseCommand):
    help = "新平台开设第一个账号：自治区的安全管理员。其他账号由其在平台内开设；已有安全管理员时拒绝执行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="登录名")
        parser.add_argument("name", help="姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as(None, source="open_first_account"):
                user, password = open_first_account(username=options["username"], name=options["name"])
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from None
        self.stdout.write(
            f"已开设：{user.username}（{user.name}，安全管理员）\n一次性密码：{password}（首次登录时更改）"
        )
