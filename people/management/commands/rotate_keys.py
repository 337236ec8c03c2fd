from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.history import acting_as
from people.privacy import rotation


class Command(BaseCommand):
    help = "把身份证号、健康信息等加密内容换到 DATA_KEYS 的第一个密钥之下。平台可以照常运行；中断后再执行一次即可。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="每批多少条（默认 %(default)s）")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATA_KEYS:
            raise CommandError("没有设置 DATA_KEYS。先在它的最前面加上新密钥，重新启动平台，再执行本命令。")
        faults: list[str] = []
        with acting_as(None, source="rotate_keys"):
            for sealed in rotation.SEALED:
                faults += self._renew(sealed, options["batch"])
        left = {sealed.label: rotation.left_over(sealed) for sealed in rotation.SEALED}
        faults += [f"{label}：还有 {len(keys)} 条不在新密钥下：{_listed(keys)}" for label, keys in left.items() if keys]
        if faults:
            raise CommandError("\n".join([*faults, "原来的密钥还不能去掉。"]))
        self.stdout.write(
            "核对完毕：全部加密内容都在第一个密钥之下。DATA_KEYS 中其余的密钥可以去掉；"
            "以前的备份仍要用原来的密钥，请与备份分开妥善保管。"
        )

    def _renew(self, sealed: rotation.Sealed, batch: int) -> list[str]:
        total = sealed.model._base_manager.count()

        def progress(seen: int) -> None:
            self.stdout.write(f"{sealed.label}：{min(seen, total)}/{total}")
            self.stdout.flush()

        found = rotation.renew(sealed, progress, batch=batch)
        self.stdout.write(f"{sealed.label}：共 {total} 条，换了 {found.renewed} 条")
        faults = []
        if found.unreadable:
            faults.append(f"{sealed.label}：现有的密钥读不出：{_listed(found.unreadable)}")
        if found.twice:
            faults.append(f"{sealed.label}：与另一条是同一份证件，请先合并：{_listed(found.twice)}")
        return faults


def _listed(keys: list[Any]) -> str:
    return "、".join(f"#{key}" for key in keys[:20]) + ("……" if len(keys) > 20 else "")
