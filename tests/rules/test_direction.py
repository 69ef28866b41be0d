"""Which way an indicator goes, by the form of its name, its level and the unit: V06 and V07 on names that no list has."""

from __future__ import annotations

import pytest

from .test_indicator_rows import findings, marks, row

#: 二级指标, 三级指标 and a value with the wrong sign; with the right one nobody says a word.
LOW = """
质量|考场缺考率|3%
质量|抽样误判率|1%
质量|答卷重复率|2%
质量|登记资料不完整率|2%
质量|未按期完成率|3%
质量|储备饲料霉损率|1%
质量|专线丢包率|0.5%
质量|监区脱岗人次|2人次
质量|待遇错发笔数|1笔
质量|平台崩溃次数|2次
质量|站房噪声|50分贝
质量|库区氨气浓度|20毫克/立方米
质量|逾期贷款占比|3%
质量|服务窗口不满意件数|2件
时效|牧民诉求答复时效|5个工作日
时效|疫苗出库时间|2小时
时效|检验样品送达时间|24小时
时效|企业年报核查用时|3天
时效|案卷评查周期|15天
社会效益|城区拥堵指数|1.6
社会效益|邻里纠纷起数|30起
社会效益|城镇登记失业率|5%
社会效益|负面报道件数|1件
社会效益|媒体曝光负面问题数|1个
社会效益|溺水人数|1人
生态效益|农药施用量|20吨
生态效益|重污染天数|2天
社会成本|施工占用耕地面积|6亩
社会成本|停电影响户数|30户
生态环境成本|扬尘封闭天数|3天
数量|公务接待批次|20批次
数量|预算科目调整次数|2次
"""
HIGH = """
数量|梯田整修面积|600亩
数量|灌渠衬砌长度|12公里
数量|海带苗投放株数|20万株
数量|地方戏录制|16集
数量|牧民夜校授课人次|400人次
数量|新录用教师轮训人数|90人
数量|在园幼儿人数|300人
数量|烈士遗属走访户数|60户
数量|应急电源容量|200千瓦
数量|机井清洗眼数|40眼
数量|岩芯样本编录份数|80份
数量|更换破损护栏长度|300米
质量|厂房正常运转|95%
质量|报表编报准确性|98%
质量|土地流转备案率|90%
质量|中水回用率|30%
时效|灯具质保期|3年
时效|评审结果公示天数|5天
时效|牧场夜间开放时间|3小时
社会效益|受益渔民户数|200户
社会效益|吸引游客人次|3万人次
社会效益|保障居民用气稳定|95%
生态效益|岸线绿化面积|30亩
可持续影响|泵站继续发挥效益年限|12年
"""
#: Names that look like the former, with either sign.
EITHER = """
数量|聘用巡山员人数|12人
数量|租用库房面积|300平方米
数量|参加全国会议次数|3次
数量|机关车辆保险台数|8台
数量|专家咨询人次|20人次
数量|近海捕捞量|300吨
质量|床位使用率|85%
"""
#: Names that say what is done about a bad thing, or how long something is to last: ≥ is right.
DONE_OR_LASTING = """
质量|不动产确权登记率|95%
质量|零差错率|99%
质量|出所人员一年不复吸率|80%
质量|贷款未逾期率|98%
质量|高频事项不跑腿率|90%
质量|失智老人建档率|95%
数量|失业青年培训人数|200人
数量|渗漏点位修补处数|20处
数量|占道停车泊位数|300个
数量|曝光典型案件数|10件
数量|关停机井数量|30眼
时效|应急物资储备时间|15天
时效|标书公告时间|20天
时效|景观灯亮灯时间|4小时
时效|库存样品保存时间|48小时
生态效益|再生水使用量|200万立方米
社会效益|知识产权案件数|20件
社会成本|占用耕地复垦面积|20亩
"""


def lines(table: str) -> list[str]:
    return table.strip().split("\n")


def told(line: str, sign: str) -> set[str]:
    second, name, value = line.split("|")
    return marks({"indicators": [row(second, name, sign + value)]}) & {"V06!", "V07"}


@pytest.mark.parametrize("line", lines(LOW))
def test_what_should_be_low_is_not_asked_to_be_high(line: str):
    assert told(line, "≥") == {"V06!"}
    assert told(line, "≤") == set()


@pytest.mark.parametrize("line", lines(HIGH))
def test_what_is_to_be_done_is_not_asked_to_be_at_most(line: str):
    assert told(line, "≤") == {"V07"}
    assert told(line, "≥") == set()


@pytest.mark.parametrize("line", lines(EITHER))
def test_what_is_capped_or_comes_as_it_comes_may_go_either_way(line: str):
    assert told(line, "≤") == told(line, "≥") == set()


@pytest.mark.parametrize("line", lines(DONE_OR_LASTING))
def test_what_is_done_about_a_bad_thing_is_none(line: str):
    assert told(line, "≥") == set()


def test_damage_under_quantity_may_be_what_is_to_be_mended():
    (found,) = [one for one in findings({"indicators": [row("数量", "乡道坑槽数", "≥30个")]}) if one.rule == "V06"]
    assert found.severity.name == "HINT"


def test_a_number_said_in_words_to_be_a_most_is_one():
    assert told("数量|梯田整修面积|600亩以内", "") == set()
    assert told("数量|梯田整修面积|600亩", "不超过") == set()
