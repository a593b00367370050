"""What the faults of a definition are called in Chinese: they are made in English, and shown by the language of whoever
looks.

A sentence is found by its pattern. A test holds that every fault that can be told has one here.
"""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The environment variables that say in which language messages are, the first that is set."""
_NAMES: Final[Mapping[str, str]] = {
    "the form": "定义的开头部分",
    "a table": "表",
    "a sheet": "工作表",
    "a text": "文字",
    "a fact": "引用的封面项",
    "a section": "一节（section）",
    "a block": "块",
    "a row": "行",
    "a column": "栏",
    "a head": "大类",
    "a rule": "勾稽关系",
    "a chart": "图示",
    "a choice": "选项",
    "a list of lines": "明细",
    "a column of a list": "明细的栏",
    "a rule of a list": "明细的关系",
    "a column of one list": "同一明细的栏",
    "a label of one list": "同一明细的栏名",
    "table": "表",
    "list": "明细",
    "a clause": "一条（clause）",
    "stated words": "要找的词",
    "what is compiled": "编制的写法",
    "a split": "分列（split）",
    "a count": "一条（count）",
    "the term": "期限（term）",
    "a pause": "不计的一段（pauses）",
    "a state": "状态（state）",
    "what is held against other forms": "跨报表的写法",
    "another form": "另一张报表（other）",
    "the file": "文件",
    "a year": "一年（year）",
    "a column, or a head of columns, of one block": "同一块的栏或栏的大类",
    "row": "行",
    "column": "栏",
    "rows": "行",
    "columns": "栏",
    "a string": "引号里的文字",
    "a whole number": "整数",
    "true or false": "true 或 false",
    "whole numbers": "整数",
    "a list": "方括号里的列表",
    "strings": "引号里的文字",
    "tables": "花括号或 [[…]] 写的表",
    "lists of strings": "文字的列表",
    "named tables": "有名称的表，如 [measure.count]",
    "above": "上面",
    "at the left": "左边",
}
"""What stands in the place of a word of ours; other words are names, and stay."""
_SENTENCES: Final[Mapping[str, str]] = {
    "'{a}' is not the name of this file: '{b}' would be": "“{a}”与文件名不一致：按文件名应写“{b}”",
    "'years' must be [first] or [first, last]": "years 要写 [起始年度] 或 [起始年度, 终止年度]",
    "'date' and 'boxes' are each for a text of the cover, head or foot": (
        "date、boxes 只用于 cover、head、foot 的文字，两者只写一个"
    ),
    "no text is named '{a}'": "没有名为“{a}”的文字",
    "no split is named '{a}'": "没有名为“{a}”的分列（split）",
    "no form is named '{a}'": "没有名为“{a}”的报表",
    "no input of the other form is named '{a}'": "要编制的报表没有名为“{a}”的填报格",
    "another form is called '{a}' already": "已有另一张报表（other）叫“{a}”",
    "a form is held against others: rules about itself stand in its own definition": (
        "这里写与别的报表的关系；与本表自己的，写在本表的定义里"
    ),
    "the definition of form '{a}' has faults of its own": "报表“{a}”的定义本身有错",
    "'{a}' is of each {b}, and '{c}' of each {d}: periods that are never the same": (
        "报表“{a}”的报告期是 {b}，“{c}”的是 {d}：两张报表的报告期不会相同"
    ),
    "'{a}' is, or begins, the name of a table or list of '{b}'": "“{a}”是“{b}”的表或明细的名称，或它的开头，请换一个",
    "no other form is called '{a}' here": "这里没有叫“{a}”的另一张报表（other）",
    "a rule across forms compares figures of both: '=', '<=', '>=', '<' or '>', and 'if' on figures": (
        "跨报表的勾稽关系比较两张表的数：用 =、<=、>=、<、>，条件（if）也只用数"
    ),
    "a rule across forms is of one period alone: no '{a}.'": "跨报表的勾稽关系只用同一期的数，不写“{a}.”",
    "a rule across forms names figures of both: those of '{a}' begin with '{b}.'": (
        "跨报表的勾稽关系要写两张表的数：“{a}”的数以“{b}.”开头"
    ),
    "a count has either '{a}' or '{b}', the name of a split": "一条（count）只写 {a} 或 {b}（分列的名称）",
    "'{a}' must be 0 to {b}": "{a} 为 0 至 {b}",
    "the year {a} is given twice": "{a} 年写了两次",
    "{a} is off and worked at once": "{a} 既写了放假又写了上班",
    "{a} is neither a Saturday nor a Sunday: days of work are those that were moved": (
        "{a} 不是周六、周日：work 只写调休上班的周六、周日"
    ),
    "{a} is not off: give all days off of the notice": "{a} 没有写成放假：通知里放假的日子都要写",
    "'{a}' must be a list of days: [2024-01-01, 2024-01-02]": "{a} 写一列日期：[2024-01-01, 2024-01-02]",
    "{a} is given twice, or is not of {b}": "{a} 写了两次，或者不是 {b} 年的",
    "no {a} is named '{b}'": "没有名为“{b}”的{a}",
    "no text of the cover is named '{a}'": "封面（cover）没有名为“{a}”的文字",
    "no text of the report is named '{a}'": "报告里没有名为“{a}”的文字",
    "no column is named '{a}'": "没有名为“{a}”的栏",
    "no measure is named '{a}'": "没有名为“{a}”的计量单位（measure）",
    "no cell is named '{a}'": "没有名为“{a}”的格",
    "a section holds either 'texts' or one 'table' or one 'list'": "一节（section）只写 texts、一张 table 或一个 list",
    "'facts' and 'facts_opening' need each other": "facts 和 facts_opening 要一起写",
    "text '{a}' stands in {b} sections; it must stand in one": "文字“{a}”写在 {b} 节里；应正好在一节里",
    "{a} '{b}' stands in {c} sections; it must stand in one": "{a}“{b}”写在 {c} 节里；应正好在一节里",
    "table '{a}' is 'unprinted': it stands in no section": "表“{a}”写了 unprinted，报告不印，不写进任何一节（section）",
    "a form prints at least one table or list: not all can be 'unprinted'": (
        "报告至少要印一张表或一个明细，不能都写 unprinted"
    ),
    "table '{a}' is 'unprinted': a chart shows what the report prints": (
        "表“{a}”写了 unprinted，报告不印；图示只画报告里印的数"
    ),
    "'{a}' is the id of a table or list already": "“{a}”已是别的表或明细的 id",
    "'{a}' is the sheet of a table or list already": "“{a}”已是别的表或明细的工作表",
    "'limit' must be 1 to {a} lines": "limit 写 1 至 {a} 行",
    "a list has 1 to {a} columns": "一个明细有 1 至 {a} 栏",
    "list '{a}' prints {b} columns with the serial: give it {c} widths above zero": (
        "明细“{a}”连序号印 {b} 栏：widths 要写 {c} 个大于 0 的宽度"
    ),
    "'{a}' is the column that sums have besides: name this one otherwise": "“{a}”是汇总时另加的一栏：这一栏请换个名称",
    "the lines of a list stand below each other in a sum: its columns have no 'consolidate'": (
        "明细汇总时各行依次排列：它的栏不写 consolidate；同一单位的行要合成一行的，先写 join"
    ),
    "words, choices and days of lines are joined where they agree, and stand side by side where they do not: "
    "only figures have 'consolidate'": ("文字、选项和日期填得相同的合成一个，不同的并排写：只有填数的栏写 consolidate"),
    "'join' names columns of words or of one choice that are 'required', and '{a}' is none": (
        "join 写填文字或单选的必填栏（required = true），“{a}”不是"
    ),
    "'{a}' is computed from a list whose lines are joined in a sum: only the figures of a column that "
    "is added up make a total there, with conditions on the columns in 'join' at most": (
        "“{a}”由汇总时同一单位合成一行的明细表算出：只能是相加的栏（consolidate 为 sum）的合计，条件只能写 join 的栏"
    ),
    "what is chosen of a list cannot be 'unique'": "选项不能写 unique",
    "what is 'unique' has at most {a} signs, for Excel's sake": "写了 unique 的文字最多 {a} 字，Excel 才查得了重",
    "'{a}' is a choice of this column: its label must be another word": "“{a}”是这一栏的选项：栏名请换个说法",
    "'decimals' must be 0 to 6: 9 digits before and 6 behind the point are what Excel holds exactly": (
        "decimals 为 0 至 6：Excel 准确保存整数 9 位、小数 6 位"
    ),
    "'slash' must be '/' or '0'": 'slash 写 "/" 或 "0"',
    "'maximum' must be 1 to {a}: figures of one form add up within 64 bits then": (
        "maximum 为 1 至 {a}：这样合计才不会超出能准确计算的范围"
    ),
    "'doubtful_from' must be 1 to 'maximum'": "doubtful_from 为 1 至 maximum",
    "a sheet name has 1 to {a} characters and none of {b}": "工作表名称 1 至 {a} 个字，不能有 {b}",
    "'{a}' is kept for a sheet of the workbook itself or for Excel: name this one otherwise": (
        "“{a}”是工作簿自带或 Excel 保留的工作表名称，请换一个"
    ),
    "a table needs at least one block": "表至少要有一块（[[table.block]]）",
    "block {a} of table '{b}': {c}": "表“{b}”第 {a} 块：{c}",
    "table '{a}' has {b} grid columns: give it {b2} widths above zero": (
        "表“{a}”有 {b} 列：widths 要写 {b2} 个大于 0 的数"
    ),
    "a block needs at least one {a}": "块至少要有一{a}",
    "'{a}' must be {b} to {c}": "{a} 为 {b} 至 {c}",
    "a block with 'across' has its rows side by side: nothing else is printed beside them": (
        "写了 across 的块各行左右并排，不能再印别的（printed、lines、headless 等）"
    ),
    "a block with 'headless' has one column, and neither 'corner' nor 'lines'": (
        "写了 headless 的块只有一栏，不写 corner、lines"
    ),
    "a block with 'unlabelled' has no 'corner', and no heads of rows": "写了 unlabelled 的块不写 corner，行没有大类",
    "a block has labels or heads: nothing would say what its figure is": "行名和栏名不能都不印，否则看不出填的是什么",
    "'corner' is one text over all labels, or {a} texts, one for each of their levels": (
        "corner 写一个词，或写 {a} 个词，行名每层一个"
    ),
    "a printed line has {a} texts, one for each printed column, not {b}": (
        "印的一行有 {a} 项，每个印出的列一项，现有 {b} 项"
    ),
    "'spans' needs {a} whole numbers above zero, one for each printed column": (
        "spans 要写 {a} 个大于 0 的整数，每个印出的列一个"
    ),
    "'{a}' is not a level": "“{a}”不是单位级别",
    "a prompt has at most {a} characters, this one {b}": "prompt 最多 {a} 个字，现有 {b} 个",
    "{a} is added up ('total') or divided ('rate'), not both": "{a}要么是合计（total），要么是比率（rate），不能都写",
    "a block with 'across' has every cell of its rows": "写了 across 的块每格都要有，不写 absent",
    "'consolidate_note' tells why care is needed: a careful row must have it, and no other": (
        "consolidate_note 写汇总时为什么要留意：只有 consolidate 为 careful 的行写，而且必须写"
    ),
    "this row prints {a} texts, and the block has {b} printed columns": "这一行印 {a} 项，而块只有 {b} 个印出的列",
    "'absent' is what is printed in place of all cells of a row, or of some: {a}": (
        "absent 写没有格的地方印什么：整行写一个词，部分栏写 {a}"
    ),
    "{a} with an empty label needs 'short', its name in sentences": (
        "{a}的 label 为空时要写 short，即句子里怎么称呼它"
    ),
    "'consolidate' of a cell must be sum, never, max or min": "单格的 consolidate 为 sum、never、max 或 min",
    "a rate is computed anew from what is consolidated: it has no 'consolidate'": (
        "比率由汇总后的数重新计算，不写 consolidate"
    ),
    "a head needs at least one of the {a} below it": "大类下面至少要有一{a}",
    "'{a}' of {b} must not be empty": "{b}的 {a} 不能为空",
    "'{a}' cannot be an id: lower-case words and digits joined by single {b}, and not {c}": (
        "“{a}”不能作名称（id）：用小写英文字母和数字，以单个 {b} 连接，不能是 {c}"
    ),
    "'{a}' is of cells, and a head has none": "“{a}”说的是格，大类没有格",
    "write its {a} behind it, not below it": "它的 {a} 写在它后面，不要写在它里面",
    "{a} has no field '{b}'": "{a}没有“{b}”这一项",
    "'{a}' of {b} must hold {c} only": "{b}的 {a} 里只能是{c}",
    "{a} lacks '{b}' ({c})": "{a}缺少 {b}（{c}）",
    "'{a}' is given twice as {b}, as {c} too": "{b}重复：“{a}”，又写作 {c}",
    "'{a}' is given twice as {b}": "{b}重复：“{a}”",
    "this side may come to more than 15 digits, which no formula reckons exactly: lower 'maximum' of measure '{a}'": (
        "这一边可能超过 15 位，公式算不准：把计量单位“{a}”的 maximum 改小"
    ),
    "this side joins '{a}' and '{b}': say by which factor, as in '10000 * cell', or '1 * cell' where they are alike": (
        "这里把“{a}”和“{b}”放在一起：写明倍数，如 10000 * 格；可以直接相比的写 1 * 格"
    ),
    "this side adds up to nothing": "这一边相加减后什么也没有",
    "a form that is reported once has nothing to compare with": "只报一次的报表没有以前的数可比",
    "write 'prior.'": "写 prior.",
    "'{a}.' is for forms that are reported several times a year": "“{a}.”只用于一年报几次的报表",
    "'{a}.' stands alone: {b}": "“{a}.”要单独写：{b}",
    "'{a}' names no cell: a rule of the whole form names cells as table.row.column": (
        "“{a}”不是格：整份报表的勾稽关系里，格写成 表.行.栏"
    ),
    "'{a}' names no cell here: write row.column, or give the rule a 'per'": (
        "“{a}”在这里不是格：写成 行.栏，或给这条勾稽关系加 per"
    ),
    "'{a}' is a single cell, not a group: leave out sum()": "“{a}”是一格，不是一组：去掉 sum()",
    "'{a}' is a 'rate': rules and rates reckon with figures": "“{a}”是比率：勾稽关系和比率只用填报的数",
    "row '{a}' has no cell in column '{b}': it is 'absent'": "“{a}”行“{b}”栏没有格（absent）",
    "this block of table '{a}' has no {b} '{c}'": "表“{a}”的这一块没有名为“{c}”的{b}",
    "table '{a}' has no {b} '{c}'": "表“{a}”没有名为“{c}”的{b}",
    "'{a}' is a group of {b}: write {c}": "“{a}”是一组{b}：写 {c}",
    "row '{a}' has no column '{b}'": "“{a}”行没有“{b}”栏",
    "expected {a} here": "这里应写 {a}",
    "'{a}' does not belong here: one comparison a rule": "这里不应有“{a}”：一条勾稽关系只比较一次",
    "'{a}' does not belong here: cells, '+' and '-'": "这里不应有“{a}”：只写格、+ 和 -",
    "'{a}' is not part of the rule language": "勾稽关系里不能写“{a}”",
    "a number stands before a cell, 'NUMBER * cell', or alone on the right side": (
        "数字写在格的前面（“数 * 格”），或者单独写在右边"
    ),
    "cells are named by the ids of rows and columns, not by the numbers that a paper prints": (
        "格用行和栏的 id 来写，不用纸上印的号"
    ),
    "a number before a cell is a factor: write 'NUMBER * cell'": "格前面的数字是倍数，要写“数 * 格”",
    "a factor is above 0, and at most {a}": "倍数大于 0，最大 {a}",
    "a number has at most {a} digits, {b} of them decimals": "一个数最多 {a} 位，其中小数最多 {b} 位",
    "'tolerance' and 'rounded', the words of the form that sums are rounded, stand together": (
        "tolerance 和 rounded（原表说明四舍五入的原话）要一起写"
    ),
    "a tolerance is for a rule with '=' that computes no total": "只有写 = 而不计算合计的勾稽关系可以有 tolerance",
    "a tolerance is only what the form prints: these words stand in no 'note' of the table": (
        "只有原表印明的才能放宽：表的 note 里没有这句话"
    ),
    "'{a}' is no tolerance: a number above 0, such as \"0.01\"": '“{a}”不能作 tolerance：写大于 0 的数，如 "0.01"',
    "'{a}' has no condition: write 'if a > 0 then b > 0'": "“{a}”不带条件：写 if a > 0 then b > 0",
    "a rule with a condition is of this year alone: no '{a}.'": "带条件的勾稽关系只用本期的数，不写“{a}.”",
    "'{a}' is no cell in which something is chosen of a list, and no field of words on the cover": (
        "“{a}”不是从列出的选项里选的格，也不是封面上填文字的项"
    ),
    "a condition asks for words, and here are none": "条件里要写填的是什么，这里是空的",
    "'{a}' is none of the choices of '{b}'": "“{b}”没有“{a}”这个选项",
    "'{a}' is computed from a list, whose lines stand below each other in a sum: its 'consolidate' must be sum": (
        "“{a}”由明细算出，汇总时各行依次排列：它的 consolidate 只能是 sum"
    ),
    "what a list comes to stands on the right side of a comparison: 'CELL = count(LIST)'": (
        "对明细的计数、求和写在等号或比较的右边：格 = count(明细)"
    ),
    "'{a}' takes no list: write '>=' or '<='": "“{a}”的一边不能是明细：写 >= 或 <=",
    "a condition compares cells, and no list": "条件里只比较格，不写明细",
    "what a list comes to is one number: 'per' would ask it of every row or column": (
        "明细的计数、求和只有一个数：不写 per，否则每一行、每一栏都要等于它"
    ),
    "lines are counted in whole numbers, and figures in '{a}' have decimals: say by which factor, "
    "as in '1 * count(LIST)'": "行数是整数，而“{a}”的数有小数：写明倍数，如 1 * count(明细)",
    "a term over a list reads 'count(LIST where …)' or 'sum(LIST.COLUMN where …)'": (
        "对明细计数写 count(明细 where …)，求和写 sum(明细.栏 where …)"
    ),
    "expected the name of a list here": "这里应是明细的名称（id）",
    "expected the name of a column here": "这里应是明细的栏的名称（id）",
    "'{a}' does not belong here: '{b}'": "这里不应是“{a}”：写 {b}",
    "expected ')' here": "这里应是右括号 )",
    "'{a}' does not belong here: one term over a list": "这里不应有“{a}”：括号里只写一个明细",
    "'{a}' is not part of a term over a list": "对明细计数、求和的条件里不能写“{a}”",
    "what is compared stands in quotes: 'TEXT'": "相比的文字加英文引号：'文字'",
    "several conditions have 'and' between them; there is no 'or': add two terms": (
        "几个条件之间写 and；没有“或”：写成两项相加"
    ),
    "a term over a list has at most {a} conditions": "一项最多 {a} 个条件",
    "'{a}' is named by its column alone here": "这里只写栏的名称，不写“{a}”",
    "expected 'blank' or 'not blank' here": "这里应写 blank（空着）或 not blank（填了）",
    "expected =, !=, <, <=, >, >=, 'is blank' or 'is not blank' here": (
        "这里应写 =、!=、<、<=、>、>=、is blank（空着）或 is not blank（填了）"
    ),
    "expected a number, a text in quotes, {a} or {b} here": "这里应写数、加引号的文字、{a} 或 {b}",
    "list '{a}' has no column '{b}'": "明细“{a}”没有名为“{b}”的栏",
    "column '{a}' of list '{b}' holds no figures: nothing is added up there": "明细“{b}”的“{a}”栏不填数，不能求和",
    "column '{a}' holds figures: what it is compared with is a number, without quotes": (
        "“{a}”栏填数：和它相比的写数，不加引号"
    ),
    "figures of column '{a}' have {b} decimals, and no more": "“{a}”栏的数只有 {b} 位小数",
    "column '{a}' holds no figures: what it is compared with stands in quotes": ("“{a}”栏不填数：和它相比的要加引号"),
    "'{a}' is no day: 2024-01-31": "“{a}”不是日期：写成 2024-01-31",
    "'{a}' is a day, and column '{b}' holds none": "“{a}”是日期，而“{b}”栏不填日期",
    "what column '{a}' holds has no order: only '=' and '!=' compare it": "“{a}”栏填的分不出先后：只能用 = 和 !=",
    "nothing is compared with nothing": "引号里没有字",
    "write 'is blank' or 'is not blank'": "写 is blank（空着）或 is not blank（填了）",
    "a text that is compared has at most {a} signs, in one line": "相比的文字最多 {a} 字，不换行",
    "'{a}' takes no number": "“{a}”的一边不能是数字",
    "a rate takes whole factors: multiply the other side": "比率里的倍数要是整数：在另一边相乘",
    "the rule ends where a cell is expected": "没有写完，这里应是一格",
    "expected the name of a cell here, not '{a}'": "这里应是格的名称，不是“{a}”",
    "a rule '{a}' stands here already": "已有名为“{a}”的勾稽关系",
    "'over' says which of them in a rule with 'per'": "over 与 per 一起用，写只对其中哪些行或栏",
    "'{a}' does not add up over agencies: it takes severity = \"warning\"": (
        '“{a}”各单位相加后不再成立：severity 要写 "warning"'
    ),
    "no {a} here is, or stands below, '{b}'": "没有名为“{b}”的{a}，也没有属于它的{a}",
    "no {a} has cells for all of these names: they are 'absent'": "没有一{a}同时有这些格：它们写了 absent",
    "a rule needs a cell of this year: last year's cannot be mended": "勾稽关系里至少要有本期的一格：以前的数改不了",
    "a rule that defines a total reads 'TOTAL = …', with one cell on the left, as fine as what it adds, "
    "and no prior. or condition": (
        "计算合计的勾稽关系（defines）写成“合计 = …”，左边只有一格，小数位数够写下各项之和，不用 prior.，不加条件"
    ),
    "'{a}' is computed with a number, which a sum of agencies would add once for each: its 'consolidate', "
    "and that of its parts, must be never": (
        "“{a}”的算式里有常数，各单位相加时每个单位都要加一次：它和它各项的 consolidate 要写 never"
    ),
    "a number that a row prints stands on the right side of a comparison": "印在各行的数只能写在等号、不等号的右边",
    "what a column requires is asked of its line alone: no 'period.'": "required 的条件只看本行，不用 period.",
    "'not_before' is between two columns of days: '{a}' and '{b}' are not": (
        "not_before 写在日期栏上，列出另外的日期栏：“{a}”和“{b}”不是两个日期栏"
    ),
    "a rule has one condition: several have 'and' between them": "一条关系只有一个条件，几个条件之间写 and",
    "a rule of a list compares figures of one line: columns, numbers, '+', '-' and a sign": (
        "明细表的关系只比较本行的数：栏、数、+、- 和一个等号或不等号"
    ),
    "list '{a}' has no column of figures '{b}'": "明细表“{a}”没有名为“{b}”的填数的栏",
    "'{a}' is in {b}, '{c}' in {d}: a factor joins them, '1 *' where they are alike": (
        "“{a}”的单位是{b}，“{c}”是{d}：前面要写倍数，数目相同的写 1 *"
    ),
    "'{a}' is printed in rows: such a rule has per = \"row\"": '“{a}”是印在各行的：这条要写 per = "row"',
    "no printed column has the head '{a}'": "没有名为“{a}”的印好的栏（printed、printed_before）",
    "row '{a}' prints no number below '{b}', but '{c}'": "行“{a}”的“{b}”印的不是数，是“{c}”",
    "'{a}' is not a severity": "“{a}”不是等级（error 强制、warning 核实）",
    "'per' must be row or column, in a rule of a table": "per 写 row 或 column，只用于表内的勾稽关系",
    "with 'per' a rule across forms names table.row, or table.column, and one of its cells at least so": (
        "写了 per 的跨报表勾稽关系，格写成 表.行（per 为 column）或 表.栏（per 为 row），至少有一格这样写"
    ),
    "'over' must be one of {a}": "over 为 {a} 之一",
    "'{a}' cannot stand in a chart over {b}": "over 为 {b} 的图示里不能写“{a}”",
    "a chart has bars, no two of one name": "图示要有 bars，名称不能重复",
    "the bars of a chart are in one measure": "一张图示里各条的计量单位要相同",
    "a chart over agencies has one cell, of which each agency is a bar": (
        "over 为 agencies 的图示只写一格，每个单位一条"
    ),
    "only a chart over one year has parts": "只有 over 为 year 的图示有 parts",
    "'{a}' is not a head in the table of every bar with {b} things right below it": (
        "“{a}”不是每一条所在的表里都有的、下面正好有 {b} 项的大类"
    ),
    "'{a}' is no bar: table.row.column, or {b} of it": "“{a}”不成一条：写 表.行.栏，或它的 {b}",
    "nothing is called '{a}'": "没有“{a}”这种写法",
    "a head of rows or of columns, and one of them, stands in {a}": (
        "{a} 里写一个行的大类或栏的大类，另一边写一行或一栏"
    ),
    "table '{a}' has no cells '{b}'": "表“{a}”没有“{b}”这些格",
    "row and column are both a 'rate' at '{a}': name the column in 'absent' or 'typed' of the row": (
        "“{a}”的行和栏都是比率：在行的 absent 或 typed 里写上这一栏"
    ),
    "measure '{a}' has no 'rounding': a rate is rounded half_up, or cut": (
        "计量单位“{a}”没有 rounding：比率要写 half_up（四舍五入）或 cut（截尾）"
    ),
    "a rate is computed from this year's figures alone: '{a}.' cannot stand in it": (
        "比率只用本期的数计算，不能写“{a}.”"
    ),
    "'latest' must not be before 'earliest'": "latest 不能早于 earliest",
    "'{a}' is for kind = \"{b}\"": '{a} 只用于 kind = "{b}"',
    "kind = \"{a}\" needs 'choices', two at least": 'kind = "{a}" 要写 choices，至少两个选项',
    'kind = "several" has at most {n} choices': 'kind = "several" 最多 {n} 个选项',
    "'{a}' cannot be one of several: no comma or semicolon may be in it": (
        "“{a}”不能作为可以选几项的选项：里面不能有逗号、分号"
    ),
    "only what is chosen of a list can be counted: choice, several or yes_no": (
        "只有 choice、several、yes_no 可以按选项计数（count）"
    ),
    "'{a}' is of figures, and 'kind' makes cells that hold none": "写了 kind 的行、栏不填数，不写 {a}",
    "'{a}' must be a day: 2024-01-01": "{a} 写日期，如 2024-01-01",
    "'{a}' cannot be a choice: 1 to {b} signs, no comma, quote or 、 among them, "
    "and neither a sign of reckoning at its beginning nor a blank and a number at its end": (
        "“{a}”不能作选项：1 至 {b} 个字，没有逗号、引号和顿号，不以运算符号开头，不以空格加数字结尾"
    ),
    "the choices of one list have at most {a} signs together, for Excel's sake": (
        "一组选项合起来最多 {a} 个字（Excel 的限制）"
    ),
    "row '{a}' and column '{b}' say different things of '{c}': "
    "name the column in 'absent' of the row, or in 'typed' for a figure": (
        "“{c}”这一格，行“{a}”和栏“{b}”说法不同：在行的 absent 里写上这一栏；要填数的，写在 typed 里"
    ),
    "row '{a}' is for some 'levels' only: nothing in it is 'required' of all": (
        "行“{a}”只由部分级别的单位填（levels），不能写 required"
    ),
    "'{a}' is no figure: rules and rates reckon with figures": "“{a}”不是数：勾稽关系和比率只用填报的数",
    "a rate reads 'cells / cells', with one '/'": "比率写成“格 / 格”，只有一个 /",
    "a sum above or below '/' stands in brackets: (a + b) / c": "/ 上下的和要加括号：(a + b) / c",
    "a side of this rate adds figures of different measures": "这个比率的一边把不同计量单位的数相加了",
    "these figures are too large to be divided exactly: lower 'maximum' of measure '{a}'": (
        "这些数过大，除不准确：把计量单位“{a}”的 maximum 改小"
    ),
    "'{a}' is a total, but no rule with 'defines = true' computes it": (
        "“{a}”是合计，但没有一条写了 defines = true 的勾稽关系计算它"
    ),
    "rule '{a}' defines '{b}', which is not marked 'total = true'": (
        "勾稽关系“{a}”计算“{b}”，但那一格没有写 total = true"
    ),
    "rule '{a}' defines '{b}' by way of itself": "勾稽关系“{a}”计算“{b}”时绕回了它自己",
    "rule '{a}' computes '{b}' otherwise than rule '{c}'": "勾稽关系“{a}”与“{c}”计算“{b}”的办法不同",
    "the clauses have {a} words, more than {b}": "各条共有 {a} 个词，最多 {b} 个",
    "the choices in '{a}' of {b} make too many words: more than {n} signs": (
        "{b}的 {a} 里，各处的选择合起来太多：逐个写出超过 {n} 字"
    ),
    "there are {a} leads, more than {b}": "leads 有 {a} 个，最多 {b} 个",
    "there are {a} words of 'unless', more than {b}": "unless 有 {a} 个词，最多 {b} 个",
    "there are {a} clauses, more than {b}": "clause 有 {a} 条，最多 {b} 条",
    "'{a}' of one clause begins '{b}' of another: which is meant cannot be told": (
        "一条的“{a}”是另一条“{b}”的开头，分不清是哪一条"
    ),
    "'cells' of a clause must be 1 to {a} lists of cells": "cells 为 1 至 {a} 个格的列表",
    "a clause must be of whole figures of one table": "一条（clause）里只能是同一张表的整数格",
    "a clause without a figure must open its sentence": "没有数的一条（clause）要写 opens = true",
    "'{a}' in line {b}, column {c}: nothing {d} can go on": "第 {b} 行第 {c} 列的“{a}”：{d}没有可以延续过来的",
    "what begins in line {a}, column {b} goes on over squares that are no rectangle": (
        "从第 {a} 行第 {b} 列开始的一块延续后不成矩形"
    ),
    "measure '{a}'": "计量单位“{a}”",
    "a row, or a head of rows, of table '{a}'": "表“{a}”的行或行的大类",
    "'{a}' of {b} must be {c}": "{b}的 {a} 要写{c}",
    "'{a}' must be {b}": "{a} 为 {b}",
    "and {a} more": "另有 {a} 处，改好以上各处后再看",
    "did you mean '{a}'?": "是不是“{a}”？",
    "not a regular file": "不是普通文件",
    "{a} bytes, a definition has at most {b}": "文件有 {a} 字节，定义最多 {b} 字节",
    "not UTF-8: save this file in the encoding UTF-8": "不是 UTF-8 编码；请另存为 UTF-8",
    # what to write instead
    "rules do not divide: multiply both sides, as in '2 * a <= b'; a ratio is a row or column with 'rate'": (
        "勾稽关系里没有除法：两边同乘，如 2 * a <= b；要算比率，在行或栏写 rate"
    ),
    "write '{a}'": "写 {a}",
    "two figures that must differ cannot be said": "“不等于”写不了",
    "rules have no per cent: write 'a <= 0.5 * b' for 50 %": "勾稽关系里没有百分号：50% 写成 a <= 0.5 * b",
    "write a nought before the point, as '0.5'": "小数点前要有 0，如 0.5",
    "a condition reads 'if a > 0 then b <= c', 'if a = \"choice\" then b <= c', "
    "or 'if a in (\"one\", \"other\") then b <= c': one comparison before 'then', one behind it": (
        "条件写成“if a > 0 then b <= c”“if a = '选项' then b <= c”或“if a in ('选项', '选项') then b <= c”："
        "then 前后各一个比较"
    ),
    "rules only add: cells, '+', '-', 'NUMBER * cell' and 'sum(group)'": (
        "勾稽关系里只有加减：格、+、-、“数 * 格”、sum(大类)"
    ),
    "'{a}' is printed: its id is '{b}'": "“{a}”是印的字，它的名称（id）是 {b}",
    "cells are named by the ids of rows and columns, not by what is printed": "格用行、栏的名称（id）写，不用印的字",
    "ids are Latin letters, as 'received'; what is printed stands in 'label'": (
        "名称（id）用英文字母，如 received；印的字写在 label"
    ),
    "'{a}' would do": "可以写“{a}”",
}
_PLACE: Final = re.compile(r"\{([a-z][0-9]?)\}")
_ESCAPED_PLACE: Final = re.compile(r"\\\{([a-z][0-9]?)\\\}")
_NAME: Final = re.compile(r"'\{([a-z][0-9]?)\}'")
_CHOICE: Final = re.compile(r"'?[\w<>=.-]+'?(?:, '?[\w<>=.-]+'?)* or '?[\w<>=.-]+'?", re.ASCII)


def wants_chinese() -> bool:
    """Whether whoever runs this reads Chinese, by the locale: its variables, on Windows the language of the display."""
    for name in _VARIABLES:
        if os.environ.get(name):
            return os.environ[name].lower().startswith("zh")
    if sys.platform == "win32":
        import ctypes

        language = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
        return language.startswith("zh")
    return False


class _Sentence(NamedTuple):
    """A sentence as a pattern in English, what it is in Chinese, and which of its parts are names, which stay."""

    english: re.Pattern[str]
    chinese: str
    names: frozenset[str]


@cache
def _list_sentences() -> tuple[_Sentence, ...]:
    """The sentences, those that say most of themselves first."""
    order = sorted(_SENTENCES, key=lambda english: -len(_PLACE.sub("", english)))
    return tuple(
        _Sentence(
            re.compile(_ESCAPED_PLACE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL),
            _SENTENCES[english],
            frozenset(_NAME.findall(english)),
        )
        for english in order
    )


def word_fault(english: str) -> str:
    """A fault or a hint in Chinese; what is none of ours, such as one that was made in Chinese, as it is."""
    if english in _NAMES:
        return _NAMES[english]
    for sentence in _list_sentences():
        if match := sentence.english.fullmatch(english):
            parts = match.groupdict().items()
            words = {name: part if name in sentence.names else word_fault(part) for name, part in parts}
            return sentence.chinese.format(**words)
    return english.replace(", ", "、").replace(" or ", " 或 ") if _CHOICE.fullmatch(english) else english
