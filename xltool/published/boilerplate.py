"""What stands around a report on a page or below its last line and is no text of it.

Dates, sources, buttons, a signature.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from xltool.published.title import is_agency

LONGEST_FURNITURE: Final = 80
"""Characters of a line that may be furniture."""

_SIGNS: Final = re.compile(
    r"""
      (?:发布|发文|公开|成文|生成|印发|更新)(?:日期|时间)[:：]                 # when it was put there
    | (?:信息|文章|稿件)?(?:来源|作者|编辑|分类)[:：] | 责任编辑                # by whom
    | 索引号 | 索引[:：] | 主题分类 | 发布机构 | 信息公开类别                       # the head of a register
    | (?:浏览|阅读|点击|访问)(?:次数|量|数)?[:：\s]                           # how often it was read
    | [【\[(（]?字(?:体|号) | [【\[(（]?(?:我要)?(?:打印|关闭|收藏|分享|保存)(?:本[页文]|窗口|此页)?[】\])）\s|｜]
    | (?:我要)?(?:打印|关闭|分享|保存)(?:本[页文]|窗口|此页)?$                    # buttons
    | (?:一键)?分享(?:到|至|[:：]) | 扫一扫 | 扫码 | 用手机
    | 上一[篇条] | 下一[篇条] | 返回(?:顶部|首页|列表)                          # ways to other pages
    | 相关(?:链接|附件|稿件|文档) | 附件(?:下载)?[:：]
    | 当前位置 | 您(?:当前|现在)?的?位置 | 首页\s*[>》]
    | (?:主办|承办|技术支持|版权所有)(?:单位)?[:：\s]                         # the foot of the site
    | [^。]{0,12}(?:ICP备|公网安备) | 网站(?:地图|标识码) | 联系我们$
    """,
    re.VERBOSE,
)
_BUTTONS: Final = re.compile(
    "(?:(?:微信(?:好友)?|朋友圈|(?:新浪|腾讯)?微博|QQ(?:空间|好友)?|人人网?|豆瓣|抖音|钉钉|X|Twitter|Facebook"
    "|复制链接|(?:加入)?收藏(?:本站)?|设为首页|打印|关闭|分享|无障碍(?:浏览)?|长者模式|繁体(?:版)?|[【［]|[】］]"
    "|[大中小](?=[大中小|｜\\s】］]|$)|A[+-])[|｜、\\s]*)+",
    re.IGNORECASE,
)
"""A line that is nothing but the names of buttons."""
_OF_ATTACHMENTS: Final = re.compile("(?:相关)?(?:链接|附件)(?:下载)?[:：]")
"""What may be a report's own last line as well, unless a page is around it."""
_DATE: Final = re.compile(
    r"[（(]?(?:20|二[〇○零O])\S{2}年\S{1,3}月\S{1,3}日[）)]?|20\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?:\d{1,"
    r"2}:\d{2}(?::\d{2})?)?"
)


def is_furniture(line: str, *, page: bool = True) -> bool:
    """Whether a line belongs to the page, not to the report; what ends like a sentence never does.

    In text that was copied off a `page`, which may be no more than the report, a date and a list of attachments are its
    own.
    """
    text = line.strip()
    if not text or len(text) > LONGEST_FURNITURE or text.endswith("。"):
        return False
    if _BUTTONS.fullmatch(text) is not None:
        return True
    if not page and (_is_date(text) or _OF_ATTACHMENTS.match(text)):
        return False
    return _SIGNS.match(text) is not None or _is_date(text)


def find_furniture_start(lines: Sequence[str], *, page: bool = True) -> int:
    """From which of a page's lines on nothing but furniture follows; a date alone is a signature's, and is kept."""
    end = len(lines)
    while end and is_furniture(lines[end - 1], page=page) and not _is_date(lines[end - 1]):
        end -= 1
    return end


def find_signature(lines: Sequence[str]) -> str:
    """The agency that signs on the last line or before a last line that is a date; '' when none does."""
    last = ["".join(line.split()) for line in lines[-2:]]
    match = _DATE.search(last[-1]) if last else None
    if match is None or match.end() < len(last[-1]):
        return ""
    name = last[-1][: match.start()] or (last[0] if len(last) > 1 else "")
    return name if is_agency(name) else ""


def _is_date(text: str) -> bool:
    return _DATE.fullmatch("".join(text.split())) is not None
