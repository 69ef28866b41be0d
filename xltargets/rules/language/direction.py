"""Which way an indicator should go: whether less of it is better, by its name."""

from __future__ import annotations

from collections.abc import Sequence

from xltargets.rules.language.names import bare
from xltargets.rules.language.vocabulary import pattern
from xltargets.rules.language.wordlists import built
from xltargets.values import Value
from xltargets.values.patterns import later

#: Those whose complaints are counted, no service that deals with them.
_SERVED = later("服务(?:对象)?(?=投诉|差评|不满意)")


def is_reverse(name: str, also: Sequence[str] = ()) -> bool:
    """Whether less is better by the name: it says something bad (投诉), and nothing that deals with it (投诉处理率)."""
    return _is_reverse(name, tuple(also))


@built
def _is_reverse(name: str, also: tuple[str, ...]) -> bool:
    text = _SERVED.sub("", bare(name))
    if not pattern("reverse", also).search(text):
        return False
    slip = pattern("slip").search(text)
    if slip is not None:  # 系统故障率: the words before it say where
        text = pattern("place").sub("", text[: slip.start()]) + text[slip.start() :]
    return not pattern("handled").search(text)


#: What one waits for.
_WAIT = later(
    "(?:响应|等候|等待|候诊|排队|到场|到达现场|抵达|出警|修复|抢修|恢复|查勘|勘查|派车|派单|转办|出具|办结|审批|办理|处置|答复|反馈|整改|办案|受理|送达)"
    "(?:的?平均)?(?:时间|时长|时限|期限|天数)$|(?:用时|耗时)$"
)
#: By when something is to be done, not how long it is to last (公示期限, 质保期限).
_TERM = later(
    "(?:建设|施工|审查|审核|审批|调解|检修|采购|验收|印制|制作|交货|供货|到货|交付|配送|下达|拨付|兑付|公布|上报|报送|推送|移交|开工|完工|竣工|完成|调运|运输|转运|抢通|通车|架空|排除|止付|报告)"
    "(?:的?平均)?(?:时间|时长|时限|期限|周期|期)$|(?:发放|支付|公开|发布)时限$|工期$"
)
#: No times but lengths of time, of which there may be too much.
LENGTHS = frozenset({"秒", "分钟", "小时", "天", "工作日", "周", "月"})
_DUE = later("(?:完成|办理|交付|建设|实施|施工|供货|到货|拨付|支付|兑付)(?:时间|时限|时长|期限|工期|天数)$|工期$")


def is_wait(name: str, value: Value) -> bool:
    """Whether a value is how long somebody waits: the less the better, though nothing bad is named."""
    text = bare(name)
    return value.unit in LENGTHS and (_WAIT.search(text) is not None or _TERM.search(text) is not None)


def less_is_better(name: str, value: Value) -> bool:
    """Whether a number without an operator is most likely meant as one that is not to be exceeded."""
    if value.is_money or value.lo == 0 or is_reverse(name):
        return True
    of_time = value.unit in LENGTHS or not value.unit
    return of_time and (_WAIT.search(bare(name)) or _DUE.search(bare(name))) is not None
