"""What is said before an activity is cancelled: of what was marked and found already, and what becomes of it."""

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from training.models import Activity, Mark
from training.records.hours import attended, hours_of
from training.states import ProblemState


def what_cancelling_leaves(activity: Activity) -> list[str]:
    """In sentences; none where nothing was marked and nothing was found."""
    said = []
    marks = Mark.objects.filter(slot__activity=activity).count()
    if marks:
        came = attended(activity).aggregate(n=Count("participation", distinct=True), minutes=Sum("counted"))
        words = {"marks": marks, "n": came["n"], "hours": hours_of(came["minutes"] or 0)}
        said.append(
            _(
                "已经点了 %(marks)d 次名，到 %(n)d 人，共 %(hours)s 小时。取消以后不计入任何人的时长；"
                "点名都留着，恢复筹备以后照算。已经办了的，不要取消，请报送记录。"
            )
            % words
        )
    left = activity.problems.exclude(state=ProblemState.CLOSED).count()
    if left:
        said.append(_("登记的问题还有 %(n)d 个没有销号，取消以后照样要整改。") % {"n": left})
    return said
