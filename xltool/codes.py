"""Every code that xltool can say: severity, title, sentence about a finding's facts, remedy and basis.

The words for grades and levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xltool.model import Severity

NOTHING_TO_DO: Final = "不用改。"
"""The remedy of what is only told."""
ACROSS_BROKEN: Final = "across.broken"
"""A rule about another form, of which the finding itself has all words: no rule of its own form is called so."""
ACROSS_CODES: Final = frozenset({ACROSS_BROKEN, "across.unjudged"})
"""What is found where a submission is held against another form's."""
CONTROL_DIFFERS: Final = "control.differs"
"""A computed total that is not the 核对数 typed beside it."""
ACCURATE: Final = "报告内容应当准确、全面"
ANNUAL_NOTICE: Final = f"{{notice}}：{ACCURATE}"
"""The basis of most checks, with the notice that is the basis of the form."""
REGULATION: Final = "{law}"
"""The articles behind that notice, as the form names them."""
NOTICE_IN_GENERAL: Final = "下发报表的通知"
"""What both are called where no form is at hand."""
FILING_GUIDE: Final = "xltool 报送文件要求"

GRADES: Final[Mapping[Severity, str]] = {"error": "强制", "warning": "核实", "info": "提示"}


@dataclass(frozen=True, slots=True)
class Message:
    """One code: what it says about a finding's facts (`{…}`), how to mend it, and on what basis."""

    severity: Severity
    title: str
    sentence: str
    remedy: str
    basis: str = FILING_GUIDE
    asks: bool = False  # whether a 说明 is to answer it: what is about the file is only told


CATALOGUE: Final[Mapping[str, Message]] = {
    # figures
    "number.text": Message(
        "error",
        "数字格里填了文字",
        "{where}填的是“{raw}”，不是数{holding}。",
        "只填数字；说明文字写到“文字”表。",
        ANNUAL_NOTICE,
    ),
    "number.negative": Message(
        "error", "出现负数", "{where}填的是 {value}，不能是负数。", "改为 0 或正数。", ANNUAL_NOTICE
    ),
    "number.fraction": Message(
        "error", "件数带小数", "{where}填的是 {raw}，应为整数（单位：{unit}）。", "改为整数。", ANNUAL_NOTICE
    ),
    "number.precision": Message(
        "error",
        "小数位数过多",
        "{where}填的是 {raw}，最多 {decimals} 位小数（单位：{unit}）。",
        "四舍五入后再填。",
        ANNUAL_NOTICE,
    ),
    "number.range": Message(
        "error", "数字过大", "{where}填的是 {raw}，超过最大值 {maximum}。", "核对位数和计量单位。", ANNUAL_NOTICE
    ),
    "number.kind": Message(
        "error", "不是数字", "{where}里是{what}（{raw}），不是数字。", "清除该格后重新填数。", ANNUAL_NOTICE
    ),
    "cell.picture": Message(
        "error",
        "格里是图片",
        "{where}里是嵌入单元格的图片，不是文字或数字，没有读取。",
        "删去图片，把其中的内容写成文字或数字。",
        ANNUAL_NOTICE,
    ),
    "number.normalised": Message(
        "info", "数字写法已规范", "{where}写作“{raw}”，按 {as} 读取{more}。", "不用改；下次请直接填半角数字。"
    ),
    "number.stored": Message(
        "info", "数以文本存放", "{block}有 {count} 个数以文本存放，均按数读取。", "不用改；下次请直接填数字。"
    ),
    "number.serial": Message(
        "warning",
        "像是日期",
        "{block}有 {count} 格的数像是日期的序号，可能填了“1/3”“3-19”之类：{example}；按所填的数读取。",
        "核对这些格；是日期或分数的，改为件数。",
        ANNUAL_NOTICE,
    ),
    "amount.doubtful": Message(
        "warning",
        "金额可能错了单位",
        "{where}填的是 {value} {unit}，数额很大又没有小数，像是按{smaller}填的。",
        "若按{smaller}填写，请{mend}；属实的请说明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "cell.blank": Message(
        "warning",
        "未填",
        "{block}有 {count} 格未填：{cells}。是填 0 还是漏填？",
        "没有发生的填 0{slash}。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "entry.invalid": Message(
        "error",
        "填的不是可填的内容",
        "{where}填的是“{raw}”，应{fits}。",
        "改为可填的内容；没有的留空。",
        ANNUAL_NOTICE,
    ),
    "entry.missing": Message(
        "warning",
        "必填的没有填",
        "{block}有 {count} 格必填的选项、日期或文字没有填：{cells}{asked}。",
        "补填；确实没有的，在说明中写明原因。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "entry.normalised": Message(
        "info", "写法已规范", "{where}写作“{raw}”，按“{held}”读取。", "不用改；下次请照所列的选项、日期的写法填。"
    ),
    "list.missing": Message(
        "error",
        "明细必填的没有填",
        "{list}“{column}”栏有 {count} 行没有填：第 {lines} 行。",
        "补填；整行多余的，把这一行各格都清空。",
        ANNUAL_NOTICE,
    ),
    "list.invalid": Message(
        "error",
        "明细填的不是可填的内容",
        "{list}“{column}”栏有 {count} 行填的不对：{quoted}；应{fits}。",
        "改为可填的内容；没有的留空。",
        ANNUAL_NOTICE,
    ),
    "list.lone": Message(
        "error",
        "明细一行里缺一栏",
        "{list}第 {lines} 行{given}，没有填“{column}”（共 {count} 行）。",
        "补填“{column}”；前面那一栏写错了行的，改正或清空。",
        ANNUAL_NOTICE,
    ),
    "list.order": Message(
        "error",
        "明细一行里日期先后不对",
        "{list}第 {lines} 行的“{column}”早于“{other}”（共 {count} 行）。",
        "核对这两个日期，写错的改正。",
        ANNUAL_NOTICE,
    ),
    "list.broken": Message(
        "error",
        "明细一行里的数不合规定",
        "{list}有 {count} 行不合“{says}”：{given}应{should}，{quoted}。",
        "{mend}",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "list.repeated": Message(
        "error",
        "明细有重复",
        "{list}“{column}”栏每行应不同，有 {count} 行与前面的行相同：{quoted}。",
        "核对；写错的改正，重复登记的把多余的一行各格都清空。",
        ANNUAL_NOTICE,
    ),
    "list.limit": Message(
        "error",
        "明细行数过多",
        "{list}有 {count} 行，最多 {limit} 行；各行都读取了。",
        "核对有没有重复、空行或不该列的；确实更多的，请联系下发单位。",
        ANNUAL_NOTICE,
    ),
    "list.gap": Message(
        "info", "明细中间有空行", "{list}已填的各行之间空着 {count} 行：第 {lines} 行；空行没有算数。", "不用改。"
    ),
    "list.normalised": Message(
        "info",
        "明细的写法已规范",
        "{list}有 {count} 格的写法不同，已按规范的写法读取：{quoted}。",
        "不用改；下次请照所列的选项、日期、数字的写法填。",
    ),
    "list.formula": Message(
        "info", "明细里有公式", "{list}有 {count} 格是公式，按显示的内容读取：{quoted}。", "不用改；下次请直接填内容。"
    ),
    "list.column": Message(
        "error",
        "明细缺一栏",
        "工作表“{sheet}”的表头里找不到“{column}”栏，{list}的这一栏没有读取。",
        "用原来的工作簿填写，不要改动表头；或在办公室的网页、命令行里重新取一份空白的。",
    ),
    "list.unread": Message(
        "error",
        "明细没有读取",
        "工作表“{sheet}”里找不到{list}的表头，各行没有读取。",
        "用原来的工作簿填写，不要改动表头。",
    ),
    "list.total": Message(
        "warning",
        "明细的合计与各行不符",
        "{list}“{column}”栏的合计显示 {typed}，各行相加是 {sum}；没有采用，已按各行重新合计。",
        "核对各行；合计不用填，重新计算（按 F9）并保存。",
    ),
    "cell.not_applicable": Message(
        "warning",
        "不该填“/”",
        "{where}填的是“{raw}”，本单位的这一项应填数。",
        "没有发生的填 0。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "cell.level": Message(
        "error",
        "本级不能有此项",
        "{where}填的是 {value}，但{level}不能有“{row}”，应为 {zero}{astray}。",
        "改为 {zero}；属于别项的填到别项。",
    ),
    "cell.level_inferred": Message(
        "warning",
        "本级可能不能有此项",
        "{where}填的是 {value}；单位级别没有写明，按名称推断是{level}（{why}），{level}不能有“{row}”。",
        "级别推断得对的，核对这一项；不对的，读已公布的报告时用 --level 写明（xltool check、xltool import 都可以）。",
    ),
    "block.only_total": Message(
        "warning",
        "只填了合计",
        "{block}“{row}”行只填了总计 {value}，没有分项。",
        "补填各栏，没有的填 0。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "block.only_totals": Message(
        "warning",
        "只填了合计",
        "{block}共 {rows} 行，其中 {count} 行只填了“{column}”一栏，其余各栏都空着。",
        "补填各栏，没有的填 0。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "block.only_column": Message(
        "warning",
        "只填了一栏",
        "{block}只填了“{column}”一栏，其他 {count} 格都空着。",
        "其他各栏没有发生的填 0。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "form.empty": Message(
        "error",
        "整份报表未填",
        "整份报表还没有填：{missing}。",
        "按填报说明逐表填写，没有发生的填 0；要写的文字逐段写明。",
        ANNUAL_NOTICE,
    ),
    "table.empty": Message(
        "error",
        "整张表未填",
        "{block}还没有填，{count} 格都空着。",
        "按填报说明填写，没有发生的填 0。",
        ANNUAL_NOTICE,
    ),
    "total.computed": Message("info", "合计已算出", "有 {count} 个合计格未填，已按勾稽关系算出：{cells}。", "不用改。"),
    "text.long": Message(
        "error",
        "文字过长",
        "{where}有 {count} 字，超过一格所能存的 {most} 字，没有读取。",
        "请精简后重新填写；不能用别的程序写入更长的文字。",
    ),
    "text.turned": Message(
        "warning",
        "文字里有颠倒方向的符号",
        "{where}里有 {count} 个看不见的方向控制符，会使文字和数字颠倒显示（如 12 显示成 21）；按文件里的次序读取，"
        "报告中去掉这些符号。",
        "删去这一段，手工重新输入，不要从网页或聊天中粘贴。",
    ),
    "text.reference": Message(
        "error",
        "引用的数没有",
        "“{label}”里有 {count} 处引用没有数可填：{references}。",
        "花括号里写表、行、栏的名称（空格隔开）或单元格代码，成文时换成表中的数；照着改正，或直接写数字；"
        "引用上年数而手头没有上年数的，直接写数字；"
        "不是引用的，去掉花括号。",
    ),
    "text.formula": Message(
        "error",
        "文字被当作公式",
        "{where}的文字以“{sign}”开头，被当作公式，只显示 {shown}；写的是“{raw}”。",
        "把开头的“{sign}”去掉，或在前面加一个汉字、全角空格；文字不要以 - = + @ 开头。退回的工作簿里已按原文写回，"
        "核对即可。",
    ),
    "text.day": Message(
        "error",
        "不是日期",
        "{where}写的是“{raw}”，不是日期。",
        "写成 {example}；没有的留空。",
    ),
    "text.boxes": Message(
        "error",
        "代码位数不对",
        "{where}写的是“{raw}”，有 {count} 位字母和数字，应为 {wanted} 位。",
        "照证书填写 {wanted} 位，中间的短横可写可不写；没有的留空。",
    ),
    "text.bullets": Message(
        "info",
        "项目符号已换",
        "{where}有 {count} 个 Word 专用字体的项目符号，换一种字体就显示成方框；已换成“●”。",
        NOTHING_TO_DO,
    ),
    "text.private": Message(
        "warning",
        "有专用字体的字",
        "{where}有 {count} 个只在专用字体里才有的字（{signs}），别的电脑和报告里显示成方框。",
        "改用普通的字或符号。",
    ),
    "text.missing": Message(
        "warning", "文字未写", "“{label}”没有写{asked}。", "补写这一部分。{guidance}", ANNUAL_NOTICE, asks=True
    ),
    "text.hollow": Message(
        "warning",
        "没有内容",
        "“{label}”只写了“{raw}”，等于没有写。",
        "写明这一部分；确实没有可写的，在说明中写明原因。{guidance}",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.figure": Message(
        "warning",
        "文字与表中的数不一致",
        "“{label}”写着“{quoted}”（{said}），而{cells}{meant}为 {printed}，两处不一致。",
        "核对原始记录：文字写错的改文字，表填错的改表；说的是别的范围的，在文字里写明（如“本机关”“全市”）；都没有错的，在说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.contradicted": Message(
        "error",
        "文字说没有，表中有",
        "“{label}”写着“{quoted}”（{said}），而{cells}{meant}是 {printed}。",
        "核对原始记录：确实没有的，表中改为 0；有的，改写这句话。",
        ANNUAL_NOTICE,
    ),
    "text.sum": Message(
        "warning",
        "文字里的分项多于总数",
        "“{label}”写着“{quoted}”，后面各项（{parts}）相加是 {added}，比 {total} 多 {excess}。",
        "核对总数和各项；各项有重复的，在文字或说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.year": Message(
        "warning",
        "文字说的是别的年度",
        "“{label}”说的是 {named} 年，本报告是 {year} 年度的：{quoted}。",
        "核对是不是沿用了别的年度的文字；改为本年度的内容和年份；就是要写那一年的，在说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.notice": Message(
        "warning",
        "引用的文号不是本版的",
        "“{label}”引用了{named}，{year} 年度报告的格式依据是{own}：{quoted}。",
        "改为现行的文号；确需引用的，在说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.agency": Message(
        "warning",
        "文字写的是别的单位",
        "“{label}”写的是“{found}”，本报告是“{agency}”的。",
        "核对是不是沿用了别的单位的文字；是的，改写为本单位的内容。单位改过名称的，在说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.person": Message(
        "warning",
        "文字里有个人信息",
        "“{label}”有 {count} 处像是个人信息（{kinds}）：{shown}。",
        "报告要公布，删去或隐去个人信息；是本单位对外公布的号码的，写明是联系电话，或在说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "text.digits": Message(
        "info",
        "数字像是打错了",
        "“{label}”有 {count} 处数字像是打错了：{quoted}。",
        "核对；数字用 0 到 9，小数点只用一个，计量单位只写一次。",
    ),
    "text.gap": Message(
        "info",
        "还有待填的地方",
        "“{label}”有 {count} 处像是待填的空：{quoted}。",
        "核对；填上内容，或删去这些符号。",
    ),
    "text.cut": Message(
        "info",
        "结尾不完整",
        "“{label}”的结尾像是不完整：{quoted}。",
        "核对是不是少了文字；写完的，补上句号。",
    ),
    "text.alike": Message(
        "info",
        "文字与上年大部分相同",
        "各部分的文字有 {percent}% 与{before}相同（数字、标点和通用的话不计），如{passages}。",
        "核对是不是沿用了{before}的文字；按{this}度的情况改写。",
    ),
    "text.aspects": Message(
        "info",
        "有方面没有写到",
        "“{heading}”没有写到：{aspects}。",
        "核对；在这一部分写明这些方面，没有的也写一句。",
    ),
    "prior.jump": Message(
        "warning",
        "与上年相差悬殊",
        "{where}填的是 {value}，{before}是 {prior}，相差十倍以上{hint}。",
        "核对位数、单位和统计口径；属实的请说明原因。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "prior.copied": Message(
        "info",
        "数与上年完全相同",
        "{least} 及以上的数{this}或{before}有 {looked} 格，其中 {count} 格与{before}完全相同：{cells}。",
        "核对是不是沿用了{before}的表{kept}。",
        ANNUAL_NOTICE,
    ),
    "prior.paired": Message(
        "info",
        "上年单位代码不同",
        "{before}文件的单位代码是“{prior}”，本文件是“{mine}”；单位名称相同，按同一单位比较。",
        "不用改。",
    ),
    "rule.broken": Message(
        "error", "勾稽关系不平", "{at}{text}。现为：{figures}。涉及{cells}。", "{remedy}", "{basis}", asks=True
    ),
    "across.broken": Message(
        "error",
        "与另一张报表对不上",
        "与《{title}》（{file}）对不上：{text}。本表{own}：{mine}；《{title}》：{theirs}；{sides}。",
        "{mend}",
        ANNUAL_NOTICE,
    ),
    "across.unjudged": Message(
        "info",
        "跨报表勾稽关系没有审核",
        "{what}没有审核，不等于通过：{why}。",
        NOTHING_TO_DO,
    ),
    "control.differs": Message(
        "warning",
        "与核对数不一致",
        "{at}表中各格之和与核对数不一致。现为：{figures}（核对数）。涉及{cells}。",
        "核对原始台账：表填错的改表，核对数填错的改核对数；都没有错的，在说明中写明。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "control.text": Message(
        "info",
        "核对数不是数",
        "核对数“{label}”写的是“{raw}”，不是数，没有核对。",
        "要核对的，改为数字；不核对的，清空。",
    ),
    # reading a workbook
    "total.typed": Message(
        "error", "合计格被改写", "{where}的自动合计被改成了“{typed}”，{sum}。", "核对分项；合计不用填，请在原表填分项。"
    ),
    "total.retyped": Message(
        "info", "合计公式被数字代替", "{where}的公式被数字代替，数字无误，已按各项重新合计{more}。", "不用改。"
    ),
    "total.stale": Message(
        "warning",
        "合计显示的不是各项之和",
        "有 {count} 个合计格显示的数与各项之和不同：{cells}。如{example}；没有采用，已按各项重新合计。",
        "用 Excel 或 WPS 打开，重新计算（按 F9）并保存，核对各项和合计后再报送。",
        ANNUAL_NOTICE,
    ),
    "total.differs": Message(
        "error",
        "合计与分项不符",
        "上报件中{where}的合计是 {typed}，按各项相加是 {value}；工作簿的合计自动计算，显示 {value}。",
        "核对分项和合计。",
    ),
    "rate.differs": Message(
        "warning",
        "比率与所依据的数不符",
        "{where}是“{typed}”，按 {how} 计算是 {value}；没有采用，已按各数重新计算。",
        "核对所依据的各数；比率自动计算，不用填。",
        ANNUAL_NOTICE,
    ),
    "rate.retyped": Message(
        "info", "比率公式被数字代替", "{where}的公式被数字代替，数字无误，已重新计算。", "不用改。"
    ),
    "formula.changed": Message(
        "warning",
        "公式被改动",
        "工作表“{sheet}”有 {count} 个公式被改动：{cells}；没有采用其结果，合计和校验已重新计算。",
        "请在下发（退回）的工作簿上填写。",
    ),
    "formula.in_input": Message(
        "warning",
        "填报格里是公式",
        "{where}里是公式 ={formula}，按其显示的结果 {value} 读取。",
        "改为直接填数（可“选择性粘贴—数值”）。",
    ),
    "formula.outside": Message(
        "error",
        "数来自文件之外",
        "{where}里是公式 ={formula}，结果来自文件之外（{means}），没有读取，按未填处理。",
        "核对后直接填数，不要用引用网络、其他程序或其他文件的公式。",
        ANNUAL_NOTICE,
    ),
    "formula.uncalculated": Message(
        "error", "公式没有结果", "{where}里是公式 ={formula}，文件中没有它的结果，无法读取。", "改为直接填数。"
    ),
    "label.changed": Message(
        "warning",
        "表头或项目名称被改动",
        "工作表“{sheet}”有 {count} 处表头或项目名称被改动：{labels}。读数时没有依据这些文字。",
        "改回原来的文字；不要改动表头和项目名称。",
        ANNUAL_NOTICE,
    ),
    "layout.shifted": Message(
        "warning",
        "行列被移动",
        "工作表“{sheet}”有 {count} 格不在原位（如{example}）；已按内部名称和项目名称找到并读取。",
        "请核对读出的数；以后不要插入、删除、移动行列和单元格。",
    ),
    "cell.struck": Message(
        "warning",
        "数上划了删除线",
        "{block}有 {count} 格的数划了删除线：{example}；仍按格内的数读取。",
        "作废的数删去或改正；有效的去掉删除线。",
        ANNUAL_NOTICE,
    ),
    "text.struck": Message(
        "warning",
        "文字上划了删除线",
        "{where}有划了删除线的文字“{found}”；报告里没有删除线，仍按全文读取。",
        "作废的文字删去；有效的去掉删除线。",
        ANNUAL_NOTICE,
    ),
    "sheet.comments": Message(
        "warning",
        "批注里写了数",
        "工作表“{sheet}”有 {count} 条批注里写了数，没有读取：{found}。",
        "要报送的数填到格里，要说明的写到“校验”表的“说明”栏；批注不报送。",
        ANNUAL_NOTICE,
    ),
    "sheet.unread": Message(
        "warning",
        "写在填报格之外",
        "工作表“{sheet}”有 {count} 处写在填报格之外，没有读取：{found}。",
        "要报送的，写到规定的格里；不报送的，删去。",
        ANNUAL_NOTICE,
    ),
    "merge.undone": Message(
        "info",
        "合并格被改动",
        "工作表“{sheet}”的合并格 {ranges} 被拆开或改变，不影响读数。",
        "请在下发（退回）的工作簿上填写。",
    ),
    "merge.covering": Message(
        "warning",
        "合并格盖住填报格",
        "工作表“{sheet}”新合并的 {ranges} 盖住了 {count} 个填报格或合计格，只看得见左上角一格；"
        "仍按各格的内容读取{held}。",
        "取消合并，核对这些格后再报送。",
        ANNUAL_NOTICE,
    ),
    "sheet.renamed": Message(
        "warning",
        "工作表被改名",
        "工作表“{expected}”被改名为“{found}”，仍按原表读取。",
        "改回“{expected}”；不要改工作表名称。",
    ),
    "sheet.added": Message(
        "warning", "多了工作表", "多了{state}工作表“{found}”，其中内容没有读取。", "把需要报送的内容填到规定的表中。"
    ),
    "sheet.hidden": Message(
        "warning",
        "工作表被隐藏",
        "工作表{found}被隐藏；其中内容仍按原样读取。",
        "取消隐藏（在工作表标签上按右键），核对后再报送。",
    ),
    "row.hidden": Message(
        "warning",
        "有行被隐藏",
        "工作表“{sheet}”有 {count} 行被隐藏或压得看不见（{places}），其中有内容或填报格；仍按原样读取。",
        "取消隐藏、恢复行高，核对后再报送。",
    ),
    "column.hidden": Message(
        "warning",
        "有列被隐藏",
        "工作表“{sheet}”有 {count} 列被隐藏或压得看不见（{places}），其中有内容或填报格；仍按原样读取。",
        "取消隐藏、恢复列宽，核对后再报送。",
    ),
    "sheet.drawing": Message(
        "warning",
        "可能遮住数字",
        "工作表“{sheet}”有{what}盖在 {count} 个数字格上：{cells}；按格内实际的数读取。",
        "移开或删去，核对这些格的数后再报送。",
    ),
    "format.conditional": Message(
        "warning",
        "条件格式改变显示",
        "工作表“{sheet}”有 {count} 个数字格的条件格式会改变或遮掩显示（{what}）：{cells}；按格内实际的数读取。",
        "删去自己加的条件格式，核对这些格的数后再报送。",
    ),
    "cell.disguised": Message(
        "warning",
        "看到的与实际的数不同",
        "{block}有 {count} 格看到的与实际的数不同：{example}；按实际值读取。",
        "用“格式刷”从旁边的格复制格式，核对实际的数后再报送。",
        ANNUAL_NOTICE,
    ),
    "sheet.removed": Message(
        "error", "缺少工作表", "缺少工作表“{expected}”{what}。", "在下发或退回的工作簿里填写，不要删除工作表。"
    ),
    "sheet.reordered": Message("info", "工作表次序改变", "工作表的次序被改动（现为{found}），不影响读数。", "不用改。"),
    "sheet.unprotected": Message(
        "info",
        "工作表锁定被解除",
        "工作表{found}的锁定已被解除；各表的表头、公式和项目名称已与表样逐一核对。",
        "不用改。",
    ),
    "cell.lost": Message(
        "error",
        "找不到填报格",
        "{block}有 {count} 个填报格在文件中找不到（内部名称和项目名称都没有了）：{cells}。",
        "在下发或退回的工作簿的这些格里填上各自的数。",
    ),
    "cell.conflict": Message(
        "error",
        "填报格对不上",
        "{block}有 {count} 个填报格对不上，不能确定是哪一项的数，没有读取：{cells}。如{example}。",
        "在下发或退回的工作簿的这些格里填上各自的数；不要剪切移动单元格、行列或项目名称。",
    ),
    "text.lost": Message(
        "error", "找不到文字格", "“{label}”的填写格在文件中找不到，没有读取。", "在下发或退回的工作簿里写到这一格。"
    ),
    "text.conflict": Message(
        "error",
        "文字格对不上",
        "工作表“{sheet}”有 {count} 个填写格对不上，不能确定是哪一项的文字，没有读取：{labels}。如{example}。"
        "现有的文字：{found}。",
        "在下发或退回的工作簿里，把各段文字写到各自的格里；不要剪切移动单元格、行列或项目名称。",
    ),
    "text.fault": Message(
        "error", "文字格里是错误值", "{where}里是错误值 {raw}，不是文字，没有读取。", "清除该格后重新填写。"
    ),
    "identity.conflict": Message(
        "error",
        "标识不一致",
        "文件内的{what}不一致：{found}。按“{taken}”读取。",
        "请在下发（退回）给本单位的工作簿上填写。",
    ),
    "identity.partial": Message(
        "info", "标识不完整", "文件内的部分标识丢失（{missing}），其余标识一致，按其读取。", "不用改。"
    ),
    "identity.blanked": Message(
        "warning",
        "标识被清空",
        "文件内的{what}在{where}被清空，按其余标识“{taken}”读取。",
        "请在下发（退回）给本单位的工作簿上填写；不要改动封面和标识。",
    ),
    "identity.line": Message(
        "warning",
        "表上写的是别的单位",
        "{places}写的填报单位是“{found}”，本文件是“{taken}”的。",
        "核对各表是谁的数；请在下发（退回）给本单位的工作簿上填写，不要把别的单位的表复制进来。",
        ANNUAL_NOTICE,
    ),
    "form.digest": Message(
        "warning",
        "表样版本不同",
        "本文件按另一版表样（{found}）生成，现行为 {expected}；按名称和项目读取，没有那一版的定义，公式没有核对。",
        "请用最新下发的工作簿填写。审核单位存有那一版定义的，放进 XLTOOL_FORMS 的文件夹后再审核，即可核对公式。",
    ),
    "form.former": Message(
        "warning",
        "用的是旧版表样",
        "本文件按旧版表样（{found}）生成，现行为 {expected}；按名称和项目读取{compared}。",
        "请用最新下发的工作簿填写；内容与现行表样一致的，不用改。",
    ),
    # a campaign
    "campaign.other": Message(
        "error", "不是本任务的报表", "这是{found}，本任务是{wanted}。", "请用本任务下发的工作簿填写。"
    ),
    "campaign.unknown_agency": Message(
        "error", "不在名录", "单位代码 {agency}（{name}）不在本任务的单位名录里。", "核对单位名录，或退回报送人。"
    ),
    "campaign.renamed": Message(
        "info",
        "单位名称与名录不同",
        "文件里的单位名称是“{found}”，名录里 {agency} 是“{listed}”。",
        "确是同一单位的，由审核单位采用这一版；不是的，退回报送人。",
    ),
    "campaign.swapped": Message(
        "error",
        "单位代码和名称是两个单位的",
        "文件里的单位代码 {agency} 是“{listed}”的，单位名称“{found}”却是 {other} 的。",
        "核对是谁的数；用下发给本单位的工作簿填写后重报。",
    ),
    "campaign.misnamed": Message(
        "warning",
        "文件名或标题写的是别的单位",
        "{where}写的是“{found}”（{other}），文件里的标识却是 {agency}“{listed}”的。",
        "核对是谁的数：是“{listed}”的，不用改；不是的，请用下发给本单位的工作簿填写后重报。",
    ),
    "stamp.missing": Message(
        "warning",
        "没有下发编号",
        "文件没有下发编号，不是由本任务下发的工作簿填写的。",
        "请用下发的工作簿填写；确需接受的请说明。",
    ),
    "stamp.wrong": Message(
        "error",
        "下发编号验证不通过",
        "下发编号“{serial}”不是本任务发给 {agency} 的，文件的标识被改动或换用了别的工作簿。",
        "请用发给本单位的工作簿填写。",
    ),
    # the sum of many
    "county.absent": Message(
        "warning",
        "有单位没有汇总",
        "有 {count} 个单位没有汇总：{agencies}。",
        "催报或退回改正后重新汇总；不必报送的从名录中删去。",
        REGULATION,
    ),
    "county.missing": Message(
        "warning",
        "汇总缺数",
        "{block}有 {count} 格有单位未填，只加了已填的数：{cells}。未填的单位：{agencies}。",
        "请这些单位补填，没有发生的填 0，再重新汇总。",
        ANNUAL_NOTICE,
    ),
    "county.entries": Message(
        "info",
        "选项、日期和文字不汇总",
        "{block}有 {count} 格填的是选项、日期或文字，各单位的不相加，汇总表里只有本级单位自己填的：{cells}；"
        "各单位填的，并排列在 contributions.xlsx 的“各单位”表。",
        "不用改。",
    ),
    "county.lines": Message(
        "warning",
        "明细行数超过一张工作表",
        "{list}各单位共 {count} 行，工作簿里一张表最多读取 {most} 行：汇总的工作簿可以看，上级读不了。",
        "向上级报送 submission.json，不报工作簿。",
    ),
    "county.joined": Message(
        "info",
        "同一单位的行合成一行",
        "{list}有 {count} 行由几行合成，它们的“{unit}”相同：{quoted}。",
        "不用改；名称相同而不是同一个的，退回各单位，在名称前写上所属的县或乡镇，再重新汇总。",
    ),
    "county.differing": Message(
        "warning",
        "同一单位的行填得不同",
        "{list}“{column}”栏有 {count} 行，几个单位填得不同，汇总时没有取舍：{quoted}。",
        "向这些单位核实，填错的退回改正，再重新汇总。",
        ANNUAL_NOTICE,
    ),
    "county.outgrown": Message(
        "error",
        "合成一行的数过大",
        "{list}“{column}”栏有 {count} 行，各单位的数相加后位数过多，放不下，空着：{quoted}。",
        "核对这些单位的数，多写了位数的退回改正，再重新汇总。",
        ANNUAL_NOTICE,
    ),
    "county.careful": Message(
        "warning",
        "相加可能重复",
        "{block}“{row}”由 {count} 个单位的数相加（{agencies}），现为{sums}。{note}涉及{cells}。",
        "逐件核对；有重复的，写明更正和原因；没有重复的，增减写 0，也写明原因。写在 办公室.xlsx 的“更正”表；"
        "用 --plain 建立的任务，写在 county/corrections.toml；逐级汇总的，写在那一级文件夹的 corrections.toml"
        "（增减是 change）。",
        ANNUAL_NOTICE,
    ),
    "county.double": Message(
        "info",
        "可能是同一件",
        "{block}“{row}”可能有几个单位都计了同一件：{evidence}。涉及{cells}。",
        "逐件核对；是同一件的，写一条更正减去重复的件数，写明原因；不是的，不用改。",
    ),
    "county.alike": Message(
        "info",
        "几个单位的文字大部分相同",
        "{count} 个单位的文字大部分相同：{agencies}；如{one}有 {percent}% 与{other}相同（数字、标点和通用的话不计）："
        "{passages}。",
        "核对是不是互相套用；要按本单位情况写的，退回改写。",
    ),
    "county.checked": Message(
        "info",
        "已核对重复",
        "{block}“{row}”由 {count} 个单位的数相加（{agencies}），现为{sums}；重复计数已有更正。",
        "不用改。",
    ),
    "figure.accepted": Message(
        "info",
        "采纳了改法",
        "{whose}{where}采纳了审核意见的改法，由 {was} 改为 {accepted}（{reason}，{person}）；报来的文件没有动。",
        NOTHING_TO_DO,
    ),
    "accept.void": Message(
        "info",
        "采纳不再算数",
        "{where}以前采纳过由 {was} 改为 {accepted}（{reason}，{person}）；这一版填的是 {now}，已另改过，按填的算。",
        NOTHING_TO_DO,
    ),
    "accept.ticked": Message(
        "info",
        "选了采纳",
        "“退回意见”{numbers}选了采纳；这里没有改数，收取的单位收取时照意见记入。",
        NOTHING_TO_DO,
    ),
    "accept.changed": Message(
        "info",
        "采纳没有算数",
        "“退回意见”第 {number} 条写了采纳（由 {was} 改为 {accepted}），但{where}现在填的是 {now}，已另改过："
        "按填的算，没有采纳。",
        "要采纳的，把这一格直接改为采纳的数。",
    ),
    "accept.stale": Message(
        "info",
        "采纳的是以前的意见",
        "“退回意见”第 {number} 条写了采纳，但它是第 {version} 次报送时的意见，最近一次报送的意见里已没有这一条："
        "没有采纳。",
        "照最近退回的工作簿办，或直接在格里改。",
    ),
    "accept.unknown": Message(
        "info",
        "采纳的不是发出的意见",
        "“退回意见”第 {number} 条写了采纳，但这一条与退回时发出的不一样：没有采纳。",
        "照最近退回的工作簿办，或直接在格里改。",
    ),
    "accept.aside": Message(
        "info",
        "采纳没有算数",
        "“退回意见”里写了采纳的有 {count} 条；这一版不计入，没有采纳。",
        NOTHING_TO_DO,
    ),
    "county.waived": Message(
        "info",
        "出自已放行的单位",
        "{what}，只因已放行的单位：{agencies}；不再要求改。",
        "不用改。",
    ),
    "county.total": Message(
        "warning",
        "单位的合计与分项不符",
        "{block}有 {count} 个合计格，有单位上报的合计与其各项之和不同，汇总按各项相加：{cells}。这些单位：{agencies}。",
        "请这些单位核对分项和合计后重报。",
        ANNUAL_NOTICE,
    ),
    "county.scope": Message(
        "error",
        "本级单位报了汇总数",
        "{agency}是本级单位，报的却是汇总数，与其他单位的数相加会重复。",
        "请该单位改报本级的数。",
        ANNUAL_NOTICE,
    ),
    "county.corrected": Message(
        "info", "已更正", "{where}按更正由 {before} 改为 {after}：{reason}（{by}）。", "不用改。"
    ),
    "county.unapplied": Message(
        "warning",
        "更正没有用上",
        "{where}的更正没有用上：各单位都没有填这一格，空格上不能增减。",
        "请单位补填，或在更正里用 value 写出更正后的数。",
    ),
    "county.stale": Message(
        "warning",
        "更正所涉单位没有汇总",
        "{where}的更正涉及的单位没有参加汇总：{agencies}。",
        "核对这条更正是否还需要。",
        ANNUAL_NOTICE,
    ),
    # a tree of folders that is summed
    "tree.link": Message(
        "error",
        "链接没有跟随",
        "{place} 是链接，没有跟随。",
        "把所指的文件夹或上报件复制到这里；不要的删去。",
    ),
    "tree.name": Message(
        "error",
        "名称读不出来",
        "{place} 的名称不是 UTF-8 编码的文字，没有打开。",
        "改一个名称。",
    ),
    "tree.names": Message(
        "error",
        "两处同名",
        "{place} 与 {other} 同名，只算了后者。",
        "只留一份；是两个单位的，改一个名称。",
    ),
    "tree.folder": Message(
        "error",
        "文件夹打不开",
        "{place} 打不开：{why}。",
        "排除以后再执行一次。",
    ),
    "tree.deep": Message(
        "error",
        "文件夹层数过多",
        "{place} 在第 {level} 层，只看到第 {most} 层。",
        "把单位放到上面的层级里。",
    ),
    "tree.empty": Message(
        "error",
        "没有可以汇总的",
        "{place} 里没有填报任务，也没有上报件（.json）。",
        "放进所辖单位的填报任务文件夹或 submission.json；不汇总的，把这个文件夹移到别处。",
    ),
    "tree.both": Message(
        "error",
        "既有汇总数又有下级",
        "{place} 里既有 submission.json，又有别的上报件或下级文件夹（{others}），不知道以哪个为准，都没有汇总。",
        "只留一样：要它的汇总数的，把其余的移到别处；要由下级汇总的，把 submission.json 移到别处。",
    ),
    "tree.former": Message("info", "以前的汇总", "{place} 是以前逐级汇总写出的，没有看。", NOTHING_TO_DO),
    "tree.others": Message(
        "info",
        "没有看的文件",
        "{place} 里有 {count} 个文件不是上报件（.json），没有看：{files}。",
        "是上报的工作簿的，先用 xltool read 读成上报件。",
    ),
    "tree.unsummed": Message(
        "error",
        "还没有汇总",
        "{place} 是“{name}”的填报任务，还没有汇总。",
        "在那里执行 xltool consolidate。",
    ),
    "tree.campaign": Message(
        "error",
        "填报任务打不开",
        "{place} 是填报任务的文件夹，打不开：{why}。",
        "排除以后再执行一次。",
    ),
    "tree.edited": Message(
        "error",
        "汇总数被改动过",
        "{place} 与“{name}”汇总时写出的不同，没有汇总。",
        "在那里执行 xltool consolidate --replace 再汇总一次；要改数的，写在那里的更正里。",
    ),
    "tree.stale": Message(
        "error",
        "汇总以后又有变动",
        "{place} 是“{name}”以前的汇总，此后有变动，没有汇总：{changes}。",
        "在那里再执行一次 xltool consolidate。",
    ),
    "tree.partial": Message(
        "warning",
        "下级没有汇总齐",
        "{place} 是“{name}”的汇总，其中有 {count} 个单位没有汇总：{agencies}。",
        "请“{name}”催报，再汇总一次。",
        REGULATION,
    ),
    "tree.form": Message(
        "error",
        "报表或年度不同",
        "{place}（{name}）是 {form} {period}的数，这次汇总的是 {wanted}（先看到的 {first}），没有汇总。",
        "换成同一种报表、同一年度的；要汇总的就是它的，加 --form、--year（或 --period）写明。",
    ),
    "tree.returned": Message(
        "error",
        "有强制性错误",
        "{place}（{name}）有 {count} 条强制性错误，没有汇总；其中一条：{example}。",
        "退回改正；逐条看，执行 xltool check。",
        ANNUAL_NOTICE,
    ),
    "tree.doubled": Message(
        "error",
        "重复的单位",
        "{place}（{name}，{number}）已经由 {other} 汇总过，没有再加。",
        "只留一份；确是两个单位的，改正其中一个的单位代码或名称。",
        ANNUAL_NOTICE,
    ),
    "tree.own_sum": Message(
        "warning",
        "本级报的是汇总数",
        "{place}（{name}）作为本级，报的是汇总数：只有本级各部门的才对，含有下级的就重复了。",
        "请核对它不含下级的数。",
        ANNUAL_NOTICE,
    ),
    "tree.prior": Message(
        "warning",
        "以前的汇总没有用上",
        "{place} 没有与 {file} 比：它{why}。",
        "换成对的那一份再汇总一次；不比的，去掉 --prior。",
    ),
    "tree.uncompared": Message("info", "没有与以前比", "{place} 没有与以前的汇总比：{why}。", NOTHING_TO_DO),
    "tree.written": Message(
        "error",
        "本级写的文字或更正有误",
        "{place} 没有用上：{why}。",
        "改正以后再汇总一次。",
    ),
    # rejected files
    "file.missing": Message(
        "error", "文件打不开", "文件打不开：{why}。", "核对文件名和权限；正在其他程序中打开的请先关闭。"
    ),
    "file.not_workbook": Message("error", "不是工作簿", "这不是工作簿，看来是{what}。", "{mend}。"),
    "file.damaged": Message(
        "error", "文件损坏", "文件已损坏，无法读取：{why}{at}。", "请在填写的电脑上重新打开、另存，再报送一次。"
    ),
    "file.limit": Message(
        "error",
        "超出限制",
        "{part}超出安全限制：{limit}最多 {allowed}，实为 {found}。",
        "请在下发（退回）的工作簿上填写，不要加入其他内容。",
    ),
    "file.converted": Message(
        "info",
        "不是 .xlsx 格式",
        "这是{what}；公式无法与表样逐一核对，合计和校验已重新计算。",
        "不用改；下次请另存为 .xlsx 再报送。",
    ),
    "file.locked": Message(
        "error",
        "文件有打开密码",
        "文件有打开密码，没有读取。",
        "请取消密码后另存、报送；或把密码写进密码文件（一行一个），用 --password-file 给出，或放在填报任务文件夹的 "
        "passwords.txt。",
    ),
    "file.password": Message(
        "error",
        "密码不对",
        "文件有打开密码，给出的 {count} 个密码都打不开它{left}。",
        "向报送单位核对密码，或请其取消密码后再报送。",
    ),
    "file.unlocked": Message(
        "info", "文件有打开密码", "文件有打开密码，已用给出的密码打开。", "不用改；以后请取消密码再报送。"
    ),
    "file.worker": Message(
        "error",
        "读不下去",
        "文件没有读完：{why}；其他文件不受影响。",
        "请在填写的电脑上重新打开、另存，再报送一次；不要加入其他内容。",
    ),
    "second.differs": Message(
        "warning",
        "两个程序库读数不同",
        "用另一个程序库（openpyxl）重读，有 {count} 格的数与审核的不同：{cells}。如{where}：审核的是 {first}，重读是 "
        "{second}。",
        "请用 Excel 或 WPS 打开，核对这些格；把数重新填入下发的工作簿再报送，不要用别的程序改文件。",
        ANNUAL_NOTICE,
    ),
    "second.unread": Message(
        "info",
        "没有重读",
        "没有用另一个程序库（openpyxl）重读：{why}；审核结果照旧。",
        NOTHING_TO_DO,
    ),
    "file.macros": Message(
        "warning",
        "文件带有宏或控件",
        "文件带有宏或控件（{what}）；没有运行，也不会带到退回和汇总的文件里。",
        "请在下发的 .xlsx 工作簿上填写。",
    ),
    "file.macro_kind": Message(
        "info",
        "允许带宏的文件类型",
        "文件是允许带宏的类型（.xlsm），其中没有找到宏。",
        "不用改；下次请另存为 .xlsx 再报送。",
    ),
    "file.outside": Message(
        "warning",
        "有通往文件之外的内容",
        "文件里有 {count} 处内容通往文件之外：{what}；没有打开，也没有执行。",
        "删去这些链接和公式，直接填数。",
    ),
    # what others published
    "published.read": Message(
        "info",
        "已公布的报告",
        "这是已公布的年度报告（{kind}），按印出的表格和文字读取；单位代码取单位名称，{level}。",
        "不用改；单位或级别不对的，用 --agency、--level 写明。",
    ),
    "published.no_tables": Message(
        "error",
        "没有年报的表格",
        "没有找到年报的表格（{tables}）：{what}。",
        "核对文件是不是年度报告全文；表格是图片的要重新录入。",
    ),
    "published.only_lists": Message(
        "error",
        "只有明细的报表",
        "“{title}”只有明细，没有表格：打印或发布出来的报告不能读回。",
        "请用填好的工作簿，或由它读出的上报件。",
    ),
    "published.kind": Message(
        "error",
        "不能直接读的文件",
        "这是{what}，不能直接读成年度报告。",
        "用 WPS、Word 或 LibreOffice 打开，另存为 .docx 后再读（只改扩展名没有用）；图片请找 Word 或网页版。",
    ),
    "published.office": Message(
        "error",
        "要由 LibreOffice 转换的报告",
        "这是{what}，要由 LibreOffice 转换后才能读：{why}。",
        "用 WPS 或 Word 打开，另存为 .docx 后再读（只改扩展名没有用）；这台电脑没有装 LibreOffice 的，也可以装上再读。",
    ),
    "published.scanned": Message(
        "error",
        "没有文字的扫描件",
        "{what}的 {count} 页里没有文字，看来是扫描件，无法读取。",
        "请找 Word 或网页版，或用下发的工作簿重新录入。",
    ),
    "published.recognised": Message(
        "warning",
        "由扫描件识别",
        "{what}是扫描件，{count} 页的文字由识别得出：只读取了同一行的合计能证明的数，其余的没有读取；正文可能有错字。",
        "逐个核对原件，把没有读取的数补上，改正正文的错字。",
        ANNUAL_NOTICE,
    ),
    "published.several": Message("error", "不止一份报告", "文件里不止一份报告：{what}。", "请拆成一个文件一份报告。"),
    "published.unknown": Message(
        "error",
        "不知是谁哪年的",
        "从标题和正文里找不到{what}。",
        "用 --agency、--year 写明（xltool check、xltool import 都可以）。",
    ),
    "published.whose": Message(
        "info",
        "单位、年度不在标题里",
        "标题里没有写全单位和年度：{what}。",
        "核对；不对的用 --agency、--year 写明。",
    ),
    "published.blank": Message(
        "info",
        "没有印数的表格",
        "{table}的 {count} 行只印了名称，一个数也没有印：{rows}；按未填读取。",
        "核对原文：没有印错的，按未填的意见补填。",
        ANNUAL_NOTICE,
    ),
    "published.traditional": Message(
        "error",
        "繁体字的报告",
        "文件是用繁体字写的（{signs}），各部分的标题和表格里的名称与格式的写法不同，没有读取。",
        "在 Word 或 WPS 里用“审阅”下的“繁转简”转成简体，另存后再读。",
    ),
    "published.cut": Message(
        "error",
        "表格不全",
        "{table}缺 {count} 行：{rows}；表格可能被截断，没有读到的格留空。",
        "核对原文，补全表格后再读。",
        ANNUAL_NOTICE,
    ),
    "published.unread": Message(
        "warning",
        "印出了但没有读取的行",
        "{table}有 {count} 行印出了但没有读取：{rows}；这些格留空。",
        "核对原文，看合并单元格、空格和表头；读出后把这些数补上。",
        ANNUAL_NOTICE,
        asks=True,
    ),
    "published.twice": Message(
        "error",
        "同一格印了两个数",
        "{where}印了两次，数不同：{raw}、{other}，没有读取。",
        "核对原文，只保留正确的一个。",
        ANNUAL_NOTICE,
    ),
    "published.beside": Message(
        "warning",
        "数旁有角标或看不见的字",
        "{where}印的是“{raw}”，旁边还有角标、划去、隐藏或极小的字，连起来是“{whole}”；按“{raw}”读取，不能确定。",
        "核对原文，删去旁边的字，或改正这个数后再读。",
        ANNUAL_NOTICE,
    ),
    "published.edition": Message(
        "error",
        "用错版式",
        "{table}用的是 {found} 的版式，{year} 年度应为 {expected}；{count} 个数没有对应的格，没有读取：{cells}。",
        "按该年度的版式重新填写。",
        ANNUAL_NOTICE,
    ),
    "published.one_row": Message(
        "info", "一行代替几行", "{table}“{head}”只印了一行，记在“{row}”，同组其余各行记 0。", "不用改。"
    ),
    "published.label": Message(
        "warning",
        "项目名称与表样不同",
        "{table}有 {count} 行的项目名称与表样不同，按最接近的读取：{rows}。",
        "核对读出的数。",
        ANNUAL_NOTICE,
    ),
    "published.heads": Message(
        "warning",
        "表头与表样不同",
        "{table}{what}；栏数相符，按表样的次序读取。",
        "核对读出的数。",
        ANNUAL_NOTICE,
    ),
    "published.list_missing": Message(
        "error",
        "缺少明细",
        "报告里没有找到{list}（{title}）：没有一个表格的表头是它的，各行没有读取。",
        "核对原文，补上这个表格，表头照表样印；没有发生的也要印出空表。",
        ANNUAL_NOTICE,
    ),
    "published.list_column": Message(
        "error",
        "明细缺一栏",
        "{list}印出的表头里没有“{column}”栏，这一栏没有读取。",
        "核对原文，表头照表样印全。",
        ANNUAL_NOTICE,
    ),
    "published.list_unread": Message(
        "warning",
        "明细里没有读取的行",
        "{list}有 {count} 行印出了但没有读取：{quoted}。",
        "核对原文，看合并单元格和表头；读出后把这些行补上。",
        ANNUAL_NOTICE,
    ),
    "published.list_strange": Message(
        "warning",
        "明细多印的栏",
        "{list}多印了 {count} 栏表样没有的内容，没有读取：{quoted}。",
        "核对原文：是表样里的一栏而名称不同的，按表样的名称印。",
        ANNUAL_NOTICE,
    ),
    "published.list_doubt": Message(
        "warning",
        "明细里没有把握的数",
        "{list}有 {count} 格读得没有把握：{quoted}。",
        "核对原文和读出的数。",
        ANNUAL_NOTICE,
    ),
    "published.list_serial": Message(
        "warning",
        "明细的序号不连续",
        "{list}{before}是 {found}，一共读到 {count} 行，可能缺行或多行。",
        "核对原文有没有缺行、重复的行。",
        ANNUAL_NOTICE,
    ),
    "published.list_total": Message(
        "error",
        "明细的合计与各行不符",
        "{list}“{column}”栏的合计印的是 {printed}，各行相加是 {sum}。",
        "核对各行和合计，改正后重新公布。",
        ANNUAL_NOTICE,
    ),
    "published.sections": Message(
        "warning", "缺少标题", "报告缺少或写错了标题：{headings}。", "按规定的格式写全各部分的标题。", ANNUAL_NOTICE
    ),
    "published.order": Message(
        "warning",
        "各部分次序不对",
        "报告各部分的次序与格式不同，不在其位的是：{headings}；其中的文字可能没有读到。",
        "各部分按规定的次序排列，核对读出的文字。",
        ANNUAL_NOTICE,
    ),
    "published.left": Message(
        "info",
        "未归入的文字",
        "有 {count} 段文字不属于任何一部分，没有读取：{texts}。",
        "不用改；其中有报告正文的，移到它所属部分的标题下面再读。",
    ),
    "published.library": Message(
        "error",
        "不能读 PDF",
        "读 PDF 要用 {library}，这台电脑没有安装。",
        "{remedy}；或改用 Word、网页版的报告。",
    ),
    "campaign.published": Message(
        "error", "不是工作簿", "这是已公布的年度报告，不是下发的工作簿。", "请用下发给本单位的工作簿填写、报送。"
    ),
    # a finished report against its submission
    "verify.fact": Message(
        "error", "报告与数据不符", "报告的{what}是“{printed}”，数据里是“{held}”。", "重新生成报告，或改正数据。"
    ),
    "verify.figure": Message(
        "error", "报告与数据不符", "{where}报告里印的是 {printed}，数据里是 {held}。", "重新生成报告，或改正数据。"
    ),
    "verify.line": Message(
        "error", "报告与数据不符", "{where}报告里印的是 {printed}，数据里是 {held}。", "重新生成报告，或改正数据。"
    ),
    "verify.text": Message(
        "error",
        "报告与数据不符",
        "“{label}”的文字不同：报告里是“{printed}”，数据里是“{held}”。",
        "重新生成报告，或改正数据。",
    ),
    "file.unknown_form": Message(
        "error", "不是已知的报表", "文件能打开，但不是已知的报表{hint}。", "请用下发的工作簿填写。"
    ),
    "file.edition": Message(
        "error",
        "版别与年度不符",
        "本文件用的是 {form}（{span}使用），不能用于 {year}。",
        "请用该年度的工作簿重新填写。",
        REGULATION,
    ),
    "file.period": Message(
        "error",
        "报告期与报表不符",
        "本文件用的是 {form}，这张表没有“{period}”这样的报告期，应如 {example}。",
        "请用该期下发的工作簿重新填写。",
    ),
    "document.syntax": Message(
        "error", "不是 JSON", "上报件不是正确的 JSON：第 {line} 行第 {column} 列，{why}。", "核对生成上报件的程序。"
    ),
    "document.schema": Message(
        "error", "上报件格式不对", "上报件的“{field}”{why}。", "对照上报件格式（xltool/submission/1）改正。"
    ),
    "document.unknown_key": Message(
        "error", "没有这个项目", "上报件里的“{key}”不是 {form} 的项目{hint}。", "改为正确的项目名。"
    ),
}
"""Severity `error` is 强制性, `warning` 核实性. `rule.broken` takes severity, remedy and basis from its rule,
and so does `across.broken`."""

LEVEL_NAMES: Final[Mapping[str, str]] = {
    "ministry": "国务院部门",
    "province": "省级单位",
    "city": "市级单位",
    "county": "县级政府",
    "township": "乡镇政府",
    "department": "县级及以下部门",
}
SCOPE_NAMES: Final[Mapping[str, str]] = {"own": "本级", "consolidated": "汇总"}
