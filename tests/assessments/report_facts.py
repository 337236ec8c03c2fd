"""What a snapshot keeps of a team, of any size, for tests of reports. Fixed values, plainly fictional."""

from typing import Any

RARE = "喆堃祎镕犇䶮𬱖"
MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ"
NAMES = (
    "王明", "敖特根巴雅尔·孟和", "李志强", "乌仁图雅", "额尔德尼其其格", "张伟", "苏日嘎拉图", "陈静", f"赵{RARE[:3]}",
    f"{MONGOLIAN} {RARE[3:]}",
)  # fmt: skip
VALUES = {"members_registered": "30", "drills_held": "4", "first_aid_coverage": "86.6667"}
TEAM = "内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗红十字山野搜救队（演示）"


def facts(members: int = 30, *, name: str = TEAM, activities: int = 4, problems: int = 2) -> dict[str, Any]:
    return {
        "team": [
            ["队伍名称", name], ["备案编号", "NM-150722-001"], ["队伍级别", "旗县级"],
            ["主管红十字会", "莫力达瓦达斡尔族自治旗红十字会"], ["主专业类别", "搜救"], ["组建方式", "直接建立"],
            ["登记方式", "红十字会发文备案"], ["成立日期", "2021-05-08"], ["驻地", "尼尔基镇演示路 1 号"],
            ["队部和基地", "自有场地"],
        ],
        "posts": [["队长", "阿拉坦·苏都", "2024-03-01"], ["副队长", NAMES[1], "2024-03-01"]][: max(members, 0)],
        "counts": {
            "registered": members, "certified": members * 4 // 5, "insured": members * 9 // 10,
            "deployable": members * 2 // 3,
        },
        "members": [
            [f"{number:04d}", NAMES[number % len(NAMES)], "队员" if number % 3 else "志愿者 请假",
             "队长" if number == 1 else "", "2024-03-01", "2027-05-31" if number % 4 else "", "2026-12-31"]
            for number in range(1, members + 1)
        ],
        "drills": [
            [f"YL-150722-2026-{number:03d}", f"水域救援演练（演示）第 {number} 次", f"2026-{number % 12 + 1:02d}-12",
             "尼尔基水库", "综合演练", 24, 28, 6.5]
            for number in range(1, activities + 1)
        ],
        "trainings": [
            [f"PX-150722-2026-{number:03d}", "救护员复训（演示）", f"2026-{number % 12 + 1:02d}-20", "旗红十字会",
             "复训", 26, 30, 8.0]
            for number in range(1, activities + 1)
        ],
        "problems": [
            ["对讲机电量不足，备用电池没有带到现场（演示）", "水域救援综合演练（演示）", "2026-07-31",
             "已销号" if number else "整改中", "2026-07-20" if number else ""]
            for number in range(problems)
        ],
        "awards": [[NAMES[8], "优秀红十字志愿者", "演示红十字会", "2026-05-08"]] if members else [],
        "grades": [["搜救", "3 级", "自治区红十字会", "2025-06-01", "2028-05-31"]] if members else [],
        "months": {
            "drills": [0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0], "trainings": [0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0],
            "hours": [0, 8.0, 26.0, 0, 70.5, 8.0, 26.0, 0, 8.0, 112.0, 0, 0],
        },
    }  # fmt: skip


REPORT = {
    "basics": "本队成立于 2021 年（演示）。\n全年保持在册人数稳定。",
    "team": "完善了值班、集结、装备保管三项制度（演示），全年没有安全责任事故。" * 6,
    "training": "按照年度计划组织演练和培训（演示），参训率比上年提高。" * 8,
    "problems": "高寒条件下通信保障能力不足（演示）。",
    "plans": "明年增加夜间和冰面科目（演示）。",
}
