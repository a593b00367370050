"""Forms of every printed shape, written by chance: definitions as TOML, each of which is right."""

from __future__ import annotations

import json
from random import Random

MEASURES = """
[measure.count]
unit = "件"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2

[measure.change]
unit = "个"
decimals = 1
signed = true
"""
LABELS = ("收件", "办结", "其中：网上", "其他", "㈠转包", "⒈出租", "合　计", "")
UNITS = ("件", "万元", "人次", "")


def write_form(random: Random) -> str:
    """A definition with one or two tables of one to three blocks, and sometimes one more that no report prints."""
    tables = [_Table(random, at).write() for at in range(random.randint(1, 2))]
    sections = [f'[[section]]\nheading = "{at}、"\ntable = "t{at}"' for at in range(len(tables))]
    if random.random() < 0.4:
        unprinted = _Table(random, len(tables)).write()
        tables.insert(random.randint(0, len(tables)), unprinted.replace("widths", "unprinted = true\nwidths", 1))
    head = 'id = "shape"\ntitle = "形状表"\nauthority = "县政府"\nbasis = "县政字〔2024〕1号"\nyears = [2024]\n'
    return "\n\n".join([head + MEASURES, *sections, *tables]) + "\n"


class _Table:
    """One table while it is written; ids are counted, so that none comes twice."""

    def __init__(self, random: Random, at: int) -> None:
        self.random, self.at, self.count, self.widest = random, at, 0, 0
        self.rules: list[str] = []

    def write(self) -> str:
        blocks = [self._write_block() for _ in range(self.random.randint(1, 3))]
        head = (
            f'[[table]]\nid = "t{self.at}"\nname = "表{self.at}"\nsheet = "表{self.at}"\ntitle = "表{self.at} 情况"\n'
        )
        return f"{head}widths = {[10] * self.widest}\n\n" + "\n\n".join([*blocks, *self.rules])

    def _write_block(self) -> str:
        random = self.random
        said = [] if random.random() < 0.7 else [f"caption = {_quote(random.choice(LABELS[:-1]))}"]
        kind = random.choice(("down", "down", "down", "headless", "unlabelled", "across"))
        summed = kind in {"down", "unlabelled", "across"} and random.random() < 0.5
        if summed:
            columns, leaves = self._write_sum(random.randint(1, 3))
        else:
            columns, leaves = self._write_items("columns", 1 if kind == "headless" else random.randint(1, 4))
        before, after = (0, 0) if kind == "across" else (random.randint(0, 1), random.randint(0, 2))
        if before:
            said.append(f"printed_before = {_list(['序号'])}")
        if after:
            said.append(f"printed = {_list(['计量单位', '代码'][:after])}")
        abreast = random.choice((1, 1, 2)) if kind in {"down", "headless"} else 1
        rows, levels = self._write_rows(kind, leaves[:-1] if summed else leaves, before, after)
        if kind in {"headless", "unlabelled", "across"}:
            said.append(f"{kind} = true")
        if kind == "down":
            listed = levels > 1 and random.random() < 0.5
            said.append(
                f"corner = {_list(['项目', *['指标'] * (levels - 1)]) if listed else _quote(random.choice(LABELS))}"
            )
            if random.random() < 0.6:
                width = before + (levels if listed else 1) + after + len(leaves)
                said.append(f"lines = [{', '.join(_list(line) for line in self._write_lines(width))}]")
        if abreast > 1:
            said.append(f"abreast = {abreast}")
        labels = 0 if kind in {"unlabelled", "across"} else levels
        width = abreast * (before + labels + after + len(leaves))
        if kind == "across":
            width = len(leaves) * rows.count("label =") if levels == 1 else len(leaves) * self.last_rows
        spans = [random.choice((1, 1, 2)) for _ in range(width)]
        if random.random() < 0.4:
            said.append(f"spans = {spans}")
            width = sum(spans)
        self.widest = max(self.widest, width)
        return "\n".join(["[[table.block]]", *said, f"columns = [{columns}]", f"rows = [\n{rows}]"])

    def _write_lines(self, width: int) -> list[list[str]]:
        first = [self.random.choice(("甲", "乙", "1", "2", "", "^")) for _ in range(width)]
        return [first, [str(at) for at in range(width)]][: self.random.randint(1, 2)]

    def _write_items(self, kind: str, count: int) -> tuple[str, list[str]]:
        """Columns, some below heads, and their ids."""
        parts, leaves = [], []
        while len(leaves) < count:
            below = min(self.random.choice((0, 0, 2)), count - len(leaves))
            names = [self._name() for _ in range(max(1, below))]
            written = ", ".join(self._write_item(name) for name in names)
            leaves += names
            parts.append(
                f"{{ id = {_quote(self._name())}, label = '大类', {kind} = [{written}] }}" if below else written
            )
        return ", ".join(parts), leaves

    def _write_sum(self, count: int) -> tuple[str, list[str]]:
        """Columns below a head and their total behind them, with the rule that computes it and one that compares."""
        names, head, total = [self._name() for _ in range(count)], self._name(), self._name()
        below = ", ".join(f"{{ id = '{name}', label = '数', short = '{name}栏' }}" for name in names)
        rule = "text = '应当如此'\nbasis = '县政字〔2024〕1号'\nper = 'row'"
        self.rules += [
            f"[[table.rule]]\nid = '{total}'\n{rule}\nexpr = '{total} = sum({head})'\ndefines = true",
            f"[[table.rule]]\nid = '{head}'\n{rule}\nexpr = '{names[0]} + {names[0]} <= {total}'",
        ]
        columns = (
            f"{{ id = '{head}', label = '', columns = [{below}] }}, {{ id = '{total}', label = '合计', total = true }}"
        )
        return columns, [*names, total]

    def _write_item(self, name: str) -> str:
        measure = self.random.choice(("", "", ", measure = 'money'", ", measure = 'change'"))
        return f"{{ id = '{name}', label = {_quote(self.random.choice(LABELS))}, short = '{name}栏'{measure} }}"

    def _write_rows(self, kind: str, leaves: list[str], before: int, after: int) -> tuple[str, int]:
        """Rows with what is printed beside them and where they have no cells, and how many levels their labels have."""
        random, parts = self.random, []
        deep = kind in {"down", "headless", "across"} and random.random() < 0.4
        count = random.randint(1, 5)
        self.last_rows = count
        whole = random.randrange(count)
        for at in range(count):
            said = f"id = '{self._name()}', label = {_quote(random.choice(LABELS))}, short = '第{at}行'"
            if kind != "across":
                said += self._write_gaps(leaves, whole == at or kind == "unlabelled", before, after)
            said += random.choice(("", "", ", measure = 'change'"))
            row = f"  {{ {said} }},\n"
            parts.append(
                f"  {{ id = '{self._name()}', label = '大项', rows = [\n{row}] }},\n" if deep and at % 2 else row
            )
        return "".join(parts), 2 if deep and count > 1 else 1

    def _write_gaps(self, leaves: list[str], whole: bool, before: int, after: int) -> str:
        random, said = self.random, ""
        if not whole and random.random() < 0.2:
            return f", absent = {_quote(random.choice(('', '×', '—')))}"
        if not whole and not after and random.random() < 0.1:
            return ', absent = "<"'
        printed = [str(random.randint(1, 9)) for _ in range(before)] + [random.choice(UNITS) for _ in range(after)]
        if printed and random.random() < 0.8:
            said += f", printed = {_list(printed[: random.randint(1, len(printed))])}"
        gone = [name for name in leaves[1:] if random.random() < 0.3]
        if gone:
            said += ", absent = { " + ", ".join(f"{n} = {_quote(random.choice(('', '×', '<')))}" for n in gone) + " }"
        return said

    def _name(self) -> str:
        self.count += 1
        return f"n{self.count}"


def _list(texts: list[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
