"""The demo teams: what is said about each. Plainly fictional; every name ends in （演示）."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Facts = Mapping[str, Any]
POINTS = {
    "1504": ("42.25781", "118.88694"), "1502": ("40.65781", "109.84021"), "1501": ("40.84149", "111.75199"),
    "1507": ("49.21163", "119.76584"),
}  # fmt: skip


@dataclass(frozen=True)
class DemoTeam:
    """:param office: code of the managing office. :param reply: number of the reply that filed it; "" was not filed.
    :param more: facts that differ from those every team gets.
    """

    key: str
    name: str
    short_name: str
    office: str
    by: str
    category: str
    reply: str = ""
    filed_on: str = ""
    level: str = "league_city"
    captain: str = "白志远"
    deputies: tuple[str, ...] = ("李志强", "包玉山")
    more: Facts = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """As a payload holds them."""
        latitude, longitude = POINTS[self.office[:4]]
        posts = [("captain", self.captain), *(("deputy", name) for name in self.deputies)]
        return {
            "name": f"{self.name}（演示）", "short_name": f"{self.short_name}（演示）", "level": self.level,
            "formation": "direct", "registration": "document", "founded_on": "2023-05-08",
            "filing_doc_no": "演示发〔2023〕12号", "filing_doc_on": "2023-06-01", "main_category": self.category,
            "other_categories": [], "planned_size": "30", "base_division": self.office,
            "base_address": "演示路 1 号（演示）", "latitude": latitude, "longitude": longitude,
            "duty_phone": "13800000100", "site_type": "shared", "funding": ["red_cross", "donation"],
            "posts": [
                {"role": role, "name": f"{name}（演示）", "phone": f"138000001{number:02d}", "origin": "elected",
                 "starts_on": "2023-05-08"}
                for number, (role, name) in enumerate(posts, 1)
            ],
            **self.more,
        }  # fmt: skip


_CIVIL = {
    "registration": "civil", "host_org_name": "包头市演示应急服务中心", "civil_type": "52",
    "uscc": "52150200MJ00000011", "civil_authority": "包头市民政局（演示）", "civil_on": "2022-04-12",
    "supervising_unit": "包头市红十字会（演示）", "filing_doc_no": "", "filing_doc_on": "",
}  # fmt: skip

WATER = DemoTeam(
    "water", "赤峰市红十字水上救援队", "赤峰水上救援队", "150400", "chifeng", "aquatic", "内红赈发〔2024〕8号",
    "2024-03-20", captain="阿拉坦·苏都", deputies=("李志强", "敖特根巴雅尔·孟和"),
    more={"other_categories": ["mountain", "relief"]},
)  # fmt: skip
ON_FILE = (
    WATER,
    DemoTeam("psych", "赤峰市红十字心理救援队", "赤峰心理救援队", "150400", "chifeng", "psych", "内红赈发〔2024〕9号",
             "2024-03-20", captain="乌兰图雅"),
    DemoTeam("supply", "赤峰市红十字供水救援队", "赤峰供水救援队", "150400", "chifeng", "water", "内红赈发〔2024〕15号",
             "2024-06-03", captain="孟克"),
    DemoTeam("aohan", "敖汉旗红十字赈济救援队", "敖汉赈济救援队", "150430", "chifeng", "relief", "内红赈发〔2024〕21号",
             "2024-09-12", level="banner_county", captain="娜仁其其格"),
    DemoTeam("songshan", "松山区红十字赈济救援队", "松山赈济救援队", "150404", "songshan", "relief",
             "内红赈发〔2025〕3号", "2025-02-18", level="banner_county", captain="宝音"),
    DemoTeam("medical", "包头市红十字医疗救援队", "包头医疗救援队", "150200", "baotou", "medical",
             "内红赈发〔2024〕10号", "2024-03-20", captain="赵丽华"),
    DemoTeam("mountain", "包头市红十字山野搜救队", "包头山野搜救队", "150200", "baotou", "mountain",
             "内红赈发〔2024〕18号", "2024-07-01", captain="张建国", deputies=("王海燕",), more=_CIVIL),
    DemoTeam("health", "呼和浩特市红十字大众卫生救援队", "呼市大众卫生救援队", "150100", "hohhot", "public_health",
             "内红赈发〔2024〕11号", "2024-03-20", captain="萨仁高娃"),
    DemoTeam("hulun", "呼伦贝尔市红十字水上救援队", "呼伦贝尔水上救援队", "150700", "hulunbuir", "aquatic",
             "内红赈发〔2024〕12号", "2024-03-20", captain="朝鲁"),
    DemoTeam("moli", "莫力达瓦达斡尔族自治旗红十字山野搜救队", "莫力达瓦山野搜救队", "150722", "hulunbuir", "mountain",
             "内红赈发〔2025〕6号", "2025-04-09", level="banner_county", captain="郭·敖拉",
             deputies=("鄂·孟和", "莫日登·巴特尔")),
)  # fmt: skip
PROPOSED = (
    DemoTeam("road", "赤峰市红十字道路救援队", "赤峰道路救援队", "150400", "chifeng", "road"),
    DemoTeam("radio", "赤峰市红十字通讯保障救援队", "赤峰通讯救援队", "150400", "chifeng", "comms"),
    DemoTeam("wild", "松山区红十字山野搜救队", "松山山野搜救队", "150404", "songshan", "mountain",
             level="banner_county"),
    DemoTeam("base", "包头市红十字大本营救援队", "包头大本营救援队", "150200", "baotou", "basecamp"),
    DemoTeam("ready", "呼和浩特市红十字赈济救援队", "呼市赈济救援队", "150100", "hohhot", "relief"),
    DemoTeam("flight", "包头市红十字航空救援队", "包头航空救援队", "150200", "baotou", "aviation"),
    DemoTeam("twice", "呼和浩特市红十字供水救援队", "呼市供水救援队", "150100", "hohhot", "water"),
)  # fmt: skip
