"""Rows of a table that are no record: sums, remarks, who filled it in, examples."""

import re
from collections.abc import Sequence

from core.imports.reading import Cell

EXAMPLE = "示例"  # how the example in the blank spreadsheet begins; whoever leaves it there does not mean it
_SUM = re.compile(
    r"(([本各分](页|表|组|队))?(合|总|小|共|累)\s*计|总\s*分|(合计|总|共计)?\s*人\s*数\s*(合\s*计|总\s*计)?"
    r"|承[前上]页|过次页|[接承]上页|[转接]下页)\s*[：:]?\s*[\d,]*\s*[人名个条行支]*"
    r"|其中\s*[：:].*|(本表|本页|以上|总)?(共计?|合计|总计)\s*[\d,一二三四五六七八九十百壹贰叁肆伍陆柒捌玖拾]+\s*[人名].*|[人名]"
    r"|\S{1,20}\s+(汇总|计数|小计|合计|求和)"  # subtotals as Excel and WPS put them between the groups
)
_SIGNED = (
    r"[（(]?(单位|部门|领队|队长|会长|站长|秘书长|负责人|主管|分管|本人)*[（(]?(签字|签名|签章|盖章)[）)]?"
    r"|[（(]?(单位|部门|队长|主管|分管)?(填表|填报|制表|打印|导出|更新|统计|审核|审批|复核|校对|负责|联系|报送|报表|上报|经办|主管|分管|领导)"
    r"(人|单位|日期|时间|部门|领导)*\s*([（(]?(签字|签名|签章|盖章)[）)]?)?"
    r"|(被?(考核|考评|测评|评分|评审)|专家)(人|员|组|小组|组长|成员|单位)*\s*[（(]?(签字|签名|签章|盖章)[）)]?"
    r"|(注|备注|附注|说明)\d?|日期|时间"
)
_ASIDE = re.compile(rf"({_SIGNED})\s*[：:]|(填表|填写)?说明\s*[：:]|第\s*\d+\s*页")
_ALONE = re.compile(  # without a colon only where next to nothing else stands in the row, and it is nobody's duty
    rf"(?!(主管|分管)?(负责人?|联系人|主管|分管|领导)$)({_SIGNED}|[（(]?(以下空白|[以本此]?[下页]?无正文|以下为空|公章|(单位)?(盖章|公章)处?|续表|续|注意事项)[）)]?|[-—_=＝…]{{3,}})$"
)
_ENDS = re.compile(  # below the list, with nothing beside it: a day, a stamp, somebody's opinion
    rf"(({_SIGNED})\s*)?(\d{{4}}\s*[年.\-/]\s*\d{{1,2}}\s*[月.\-/]\s*\d{{1,2}}\s*日?|\d{{4}}\s*年\s*\d{{1,2}}\s*月"
    r"|[〇零○一二三四五六七八九]{4}\s*年\s*[一二三四五六七八九十]{1,3}\s*月\s*[一二三四五六七八九十]{1,3}\s*日|_*\s*年\s*_*\s*月\s*_*\s*日)"
    r"|.*[（(]\s*(单位)?(盖章|公章|签章)(处)?\s*[）)]|(审核|审批|审查|审定|主管部门|单位|红十字会|本队|队伍)*意见"
)
_BEHIND = (
    r"\s*[（(：:]*\s*共?\s*\d+\s*[人名个支]?\s*[）)]?|\s*[（(][^（()）]*[）)]|\s*[：:].{0,30}"
    r"|\s+\S{1,6}[：:].{0,30}"
)
_SECTION = re.compile(
    r"(?P<nth>第?[一二三四五六七八九十\d]{1,3}[、.．)）]|[（(][一二三四五六七八九十\d]{1,3}[）)])?\s*"
    rf"(?P<label>[^\d\s：:（()）]{{0,30}}?(队|组|人员|队员|专家|志愿者|骨干|红十字会|协会|委员会|服务中心))(?:{_BEHIND})?"
)
_CHAPTER = re.compile(  # 三、后勤保障: so numbered, it needs no such word
    r"(?:第?[一二三四五六七八九十]{1,3}[、.．)）]|[（(][一二三四五六七八九十]{1,3}[）)])\s*"
    rf"(?P<label>[^\d\s：:（()），。；]{{2,20}})(?:{_BEHIND})?"
)
_CALLED = re.compile(r"(?:所[在属])?(?:组别|分组|小组|分队|中队|队伍|救援队)(?:名称)?\s*[：:]\s*(?P<label>\S.{0,40})")
_LED = re.compile(  # 二中队（队长：张三 138…）, 三中队  联系人：赵六 138…: theirs is the number of who leads them
    r"[（(\s]\s*(?:[正副中分小]{0,2}队长|组长|领队|带队|负责人|联系人|联系电话|电话)\s*[：:][^（()）]*[）)]?$"
)
_REMARK = re.compile(r"(注|备注|附注|(填表|填写)?说明)\d?\s*([：:]|$)")
_GOES_ON = re.compile(r"\d{1,2}\s*[、.．)）]\s*\S.{6,}")  # 2.请于月底前报送, below 注：1.…
_EXAMPLE = re.compile(r"(示例|样例|范例|举例|例如|例|填写说明|填表说明)([：:（(]|$)")
_SOMEBODYS = re.compile(r"\d{17}[\dXx]|\d{15}|1[3-9]\d{9}")  # whoever has such a number is no remark


def aside(row: Sequence[Cell], below: str = "") -> str:
    """The beginning of a row that is no record; empty for one that is. ``below``: the same of the row above."""
    first = next((cell.text for cell in row if cell.says and not cell.text.isdigit()), "")  # a sum may have a serial
    if not first:
        return ""
    if first.startswith(EXAMPLE) or _EXAMPLE.match(first) or _SUM.fullmatch(first):
        return first[:20]
    said = [cell.text for cell in row if cell.says]
    if len(said) == 1 and _GOES_ON.fullmatch(first) and (_REMARK.match(below) or _GOES_ON.match(below)):
        return first[:20]
    is_aside = _ASIDE.match(first) or (len(said) <= 2 and _ALONE.match(first)) or all(map(_is_at_the_foot, said))
    return first[:20] if is_aside and not any(_SOMEBODYS.fullmatch(cell.text) for cell in row) else ""


def _is_at_the_foot(text: str) -> bool:
    return bool(_ENDS.fullmatch(text) or _ASIDE.match(text) or _ALONE.match(text))


def is_somebodys(text: str) -> bool:
    """Whether a number stands there that a person has: of a document, of a mobile telephone."""
    return bool(_SOMEBODYS.search(text))


def chapter(text: str) -> str:
    """The same of what is numbered as chapters are: 二、旗县级（2支） → 旗县级."""
    found = _CHAPTER.fullmatch(text)
    return found["label"].strip() if found else ""


def section(text: str) -> str:
    """What a cell that stands alone says of the rows below it: 一、管理人员（3 人） → 管理人员; empty for any other."""
    text = _LED.sub("", text)
    if _SOMEBODYS.search(text):
        return ""
    if found := _CALLED.fullmatch(text):
        return found["label"].strip()
    if label := chapter(text):
        return label
    found = _SECTION.fullmatch(text)
    return found["label"] if found and (found["nth"] or len(found["label"]) > 1) else ""
