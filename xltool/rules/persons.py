"""What of a person stands in a text: numbers of identity cards, mobile numbers, names behind words for a party."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from xltool.forms.memo import derive_once
from xltool.model import FormSpec
from xltool.rules.sentences import narrow_signs, split_sentences

PersonalData: TypeAlias = Literal["身份证号", "手机号码", "姓名", "隐去的姓名"]

_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS: Final = "10X98765432"
"""GB 11643: the last sign of the number of an identity card, by the weighted sum of the others modulo 11."""
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z.+-])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9A-Za-z]|\.[0-9])")
_CONTACT: Final = re.compile(
    "联系|电话|咨询|传真|热线|地址|邮编|邮政编码|邮箱|拨打|客服|举报|监督|投诉|号码|手机|[Tt]el|微信|公众号|平台"
)
"""What stands in a sentence that gives an office's own number on purpose."""
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭林罗郑梁谢宋唐许韩冯邓曹彭肖田董袁潘蒋蔡杜"
    "叶魏苏吕丁沈姜崔谭陆汪范廖石韦贾夏邹薛雷侯龙尹黎贺邵钱覃武戴莫孔汤"
)
"""The commonest surnames that do not begin an ordinary word behind a party's name, as 向, 于, 和, 方 or 曾 do."""
_ORDINARY: Final = (
    "马上|陆续|胡乱|许可|许多|杜绝|谢绝|周边|周围|马路|林地|林权|林木|石油|石料|田地|武装|夏季|黄色|钱款|董事|田间|龙头"
)
"""Words that begin with the sign of a surname."""
_BEHIND: Final = (
    "(?=于[0-9本当]|向[我本该县市区省州旗镇乡街]|就|通过|提出|提交|提起|不服|诉|要求|[（(]"
    "|等[0-9一二三四五两]*[人位名])"
)
"""What goes on behind a party's name."""


class Personal(NamedTuple):
    """What of a person is there, and as it may be shown again: with all but its ends hidden."""

    kind: PersonalData
    shown: str


def find_personal_data(spec: FormSpec, text: str) -> Iterator[Personal]:
    """What of persons stands in a text, each as often as it does; an office's own numbers are none."""
    narrow = narrow_signs(text)
    for match in _CARD.finditer(narrow):
        if _has_true_check(match[0]):
            yield Personal("身份证号", f"{match[0][:4]}…{match[0][-2:]}")
    for sentence in split_sentences(narrow):
        if not _CONTACT.search(sentence.text):
            for match in _MOBILE.finditer(sentence.text):
                yield Personal("手机号码", f"{match[0][:3]}…{match[0][-2:]}")
    pattern = _name_pattern(spec, spec.wording.persons)
    for match in () if pattern is None else pattern.finditer(text):
        if match["name"]:
            yield Personal("隐去的姓名", match["party"] + match["name"])
        else:
            yield Personal("姓名", f"{match['party']}{(match['called'] or match['listed'])[0]}…")


def _has_true_check(number: str) -> bool:
    """Whether the last sign of an identity card's number is that which the others give."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK_SIGNS[total % 11] == number[-1].upper()


@derive_once
def _name_pattern(spec: FormSpec, parties: Sequence[str]) -> re.Pattern[str] | None:  # noqa: ARG001
    """A party's word, a surname and one or two signs of a name, and what goes on behind a name; None without words."""
    if not parties:
        return None
    words = "|".join(map(re.escape, sorted(parties, key=len, reverse=True)))
    own = f"(?!{_ORDINARY})[{_SURNAMES}]"
    hidden = f"{own}(?:某{{1,2}}|[×xX*]{{1,2}})"
    plain = f"{own}[\u4e00-\u9fff]{{1,2}}"
    return re.compile(
        f"(?P<party>{words})(?:姓名)?(?:(?P<name>{hidden})|(?P<called>{plain}){_BEHIND}|[:：](?P<listed>{plain})(?=[，,、。；\\s]|$))"
    )
