"""Words between joiners (、和及) as what they mean together, before a number, behind it, and behind 未 and 无."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xltool.rules.narrative_readings import Composer, Meaning, Topic
from xltool.rules.narrative_tokens import GAP, ProseToken
from xltool.rules.narrative_words import (
    JOINER,
    NEGATION,
    NOUNS,
    OFFICE,
    YEAR_KINDS,
    are_passable,
    can_mean,
    has_any,
    is_strict,
    is_verb,
    may_follow,
    may_precede,
    names_subject,
    sets_apart,
    split_groups,
)


@dataclass(frozen=True, slots=True)
class WordGroup:
    """Words between two joiners: what they mean, and whether anything unknown stands around them."""

    meaning: Meaning | None
    words: tuple[ProseToken, ...]
    is_clean: bool  # nothing unknown behind the words
    is_bare: bool  # nothing but words that say nothing
    is_verb: bool = False  # begins or ends with a verb
    is_refused: bool = False  # of some of a kind only, or of something else
    is_open: bool = False  # nothing unknown before the words

    @property
    def is_known(self) -> bool:
        """Whether a number right behind it is of what it means."""
        return self.meaning is not None and self.is_clean and not self.is_refused


_COMPARING = ("compare.more", "compare.less", "compare.even", "compare.reaching", "compare.share")
_LEADING = ("words.neutral", "words.each", "words.copulas")
_REFUSED = WordGroup(None, (), False, False, is_refused=True)


class GroupReader:
    """Reads words as groups, with what the text speaks of."""

    def __init__(self, composer: Composer, topic: Topic) -> None:
        self.composer, self.topic = composer, topic
        self.is_denied = False  # what is read is what there was none of

    def list_groups(self, tokens: Sequence[ProseToken]) -> list[WordGroup]:
        """All groups that are more than words that say nothing, known or not."""
        groups: list[WordGroup] = []
        helper: Meaning | None = None
        for piece in reversed(split_groups(tokens)):
            group = self.read_group(piece, helper)
            if not group.is_bare:
                groups.insert(0, group)
            helper = helper or group.meaning
        return groups

    def read_before(self, tokens: Sequence[ProseToken]) -> list[WordGroup] | None:
        """The groups that end right before a number; empty where all words say nothing, None where one is unknown."""
        pieces = split_groups(tokens)
        was = self.topic.last
        may_be = was is None or was.role == "whole"
        if len(pieces) > 2 and may_be and any(phrase.follows for token in tokens for phrase in token.phrases):
            self.topic.last = self.read_group(pieces[0], None).meaning  # 维持、纠正、其他分别为
        found = self._read_pieces(pieces, tokens)
        self.topic.last = was
        return found

    def _read_pieces(self, pieces: Sequence[list[ProseToken]], tokens: Sequence[ProseToken]) -> list[WordGroup] | None:
        """The groups that end right before a number, of the words between joiners."""
        last = self.read_group(pieces[-1], None, around=tokens)
        if last.words and len(pieces) > 1 and not _is_of_itself(last):
            first = self.read_group(pieces[0], None).meaning
            is_same = first is not None and last.meaning is not None and first.table == last.meaning.table
            if last.meaning is None or (is_same and first is not None and first.is_anchored):
                lent = self.read_group(pieces[-1], first, around=tokens)  # 申请收到数、办结数
                last = lent if lent.is_open else last  # not 行政事业性收费和政府性基金收入
        if not last.words and len(pieces) > 1 and are_passable(pieces[-1]):
            reason = self.read_group(pieces[-2], None, around=tokens)
            if reason.is_known and reason.meaning is not None and reason.meaning.is_reason:
                return [reason]  # 逾期不补正、不再处理其申请的9件
        if not last.words:
            return [] if are_passable(pieces[-1], *YEAR_KINDS, "compare.signs") else None
        groups = [last]
        if last.is_known and is_strict(last.words[0]) and _sums_up(pieces[-1], last.words[0]):
            return groups  # 水土保持补偿费、水资源费等行政事业性收费
        for piece in reversed(pieces[:-1]):
            group = self.read_group(piece, last.meaning)
            if group.is_known:
                groups.insert(0, group)
                continue
            # something unknown joined to it: 政策文件和规范性文件12件 are both; 完善制度和收到3件 is not
            first = groups[0].meaning
            is_row = (
                first is not None and first.role == "row" and len(first.rows[0]) == 1
            )  # else for a reason not known
            begins = groups[0].is_verb or is_row
            return groups if group.is_bare or begins else None
        return groups

    def read_behind(self, tokens: Sequence[ProseToken]) -> WordGroup | None:
        """The words right behind a number that say what it is of; None where there are none."""
        at = 0
        while at < len(tokens) and tokens[at].is_any(*_LEADING) and not can_mean(tokens[at]):
            at += 1
        if any(map(is_result, tokens[at : at + 1])) and has_any(tokens[at + 1 : at + 2], "words.copulas"):
            at += 2  # 2件办理结果为信息不存在
        rest = tokens[at:] or [token for token in tokens[at - 1 : at] if is_verb(token)]  # 6件已按时限答复
        if not rest or rest[0].is_any(JOINER, *_COMPARING):
            return None
        group = self.read_group(split_groups(rest)[0], None)
        if group.is_bare:
            return None
        if len({phrase.table for word in group.words for phrase in word.phrases if "anchor" in phrase.manners}) > 1:
            return _REFUSED  # 8件是申请公开行政处罚决定书
        denied = next((at for at, token in enumerate(rest) if token.is_any(NEGATION)), len(rest))
        if any(map(is_verb, rest[denied:])):
            return _REFUSED  # 6件申请未办复
        return group if group.words and group.is_open and group.is_clean else _REFUSED

    def join_behind(self, group: WordGroup, right: Sequence[ProseToken]) -> Meaning | None:
        """What a verb before a number and the things behind it mean together: 收到3件申请; None where no thing is."""
        joined: list[Meaning] = []
        for piece in split_groups(right):
            at = 0
            while at < len(piece) and piece[at].is_any("words.neutral") and not can_mean(piece[at]):
                at += 1
            rest = piece[at:]
            mine = self.read_group(rest, None, around=[*group.words, *rest])
            is_thing = mine.words and mine.is_open and mine.is_clean and any(map(names_subject, mine.words))
            if not is_thing or has_any(rest, "words.each"):
                break
            meaning = self.composer.compose([*group.words, *mine.words], self.topic)
            if meaning is None:
                break
            joined.append(meaning)
        return self.composer.add(joined) if joined else None

    def read_group(
        self, tokens: Sequence[ProseToken], helper: Meaning | None, *, around: Sequence[ProseToken] = ()
    ) -> WordGroup:
        """What the words of one group mean; `helper` is what the words beside them mean, `around` all of them."""
        known = [at for at, token in enumerate(tokens) if any("neutral" not in p.manners for p in token.phrases)]
        bare = WordGroup(None, (), True, are_passable(tokens, *YEAR_KINDS, "compare.signs"))
        if not known:
            return bare
        chain = _chain_words(tokens, known)
        words = [tokens[at] for at in chain]
        several = [token for token in tokens if token.is_any("others.several")]
        meaning = self.composer.compose([*words, *several], self.topic, helper)
        if meaning is None and all(tokens[at].is_any("words.neutral") and not can_mean(tokens[at]) for at in known):
            return bare
        is_next = self.topic.last is not None and meaning is not None and self.topic.last.table == meaning.table
        is_counted = is_next or self.is_denied
        if meaning is not None and _is_shown(words, around or tokens, meaning, is_counted=is_counted):
            meaning = self.composer.widen_taken(meaning) if _is_summed(tokens) else None
            if meaning is None:
                return _REFUSED
        return WordGroup(
            meaning,
            tuple(words),
            _is_clean(tokens[chain[-1] + 1 :], meaning),
            False,
            is_verb(words[0]) or is_verb(words[-1]),
            _is_of_some(tokens, chain, known, meaning),
            all(map(may_precede, tokens[: chain[0]])),
        )


def _is_of_itself(group: WordGroup) -> bool:
    """Whether words name the rows that they are of, and need no subject that stands beside them."""
    meaning = group.meaning
    named = [phrase for word in group.words for phrase in word.phrases if meaning and phrase.table == meaning.table]
    return any(phrase.rows or "anchor" in phrase.manners for phrase in named)


def _is_clean(behind: Sequence[ProseToken], meaning: Meaning | None) -> bool:
    """Whether nothing unknown stands behind words; a part may be said to be a kind: 国家秘密类0件."""
    if meaning is not None and meaning.role != "whole" and behind and behind[0].is_any("others.restricting"):
        behind = behind[1:]
    return all(may_follow(each) or each.is_any("others.several") for each in behind)


def _chain_words(tokens: Sequence[ProseToken], known: Sequence[int]) -> list[int]:
    """The words that belong together: the last ones, and those before them without anything unknown between."""
    chain = [known[-1]]
    for at in reversed(known[:-1]):
        if not all(may_follow(each) or each.is_any("others.several") for each in tokens[at + 1 : chain[0]]):
            break
        chain.insert(0, at)
    return chain


def _is_of_some(
    tokens: Sequence[ProseToken], chain: Sequence[int], known: Sequence[int], meaning: Meaning | None
) -> bool:
    """Whether the words are of only some of a kind, or of something else: 涉及征地的申请, 合法性审核规范性文件."""
    nexts = zip(chain, [*chain[1:], chain[-1] + 1], strict=True)
    if any(_is_apart(tokens[at], meaning, is_near=following == at + 1) for at, following in nexts):
        return True
    if _mixes_tables([tokens[at] for at in chain]) or _is_contested(tokens[: chain[-1]]):
        return True
    before = tokens[: chain[0]]
    near = next((t for t in reversed(before) if not t.is_any("words.neutral", "scopes.words", *YEAR_KINDS)), None)
    if near is None or not near.is_any(NOUNS, "others.restricting", GAP, "words.plans"):
        return False
    if near.is_any(NOUNS, "others.restricting"):
        return True
    head = tokens[chain[0]]
    is_named = any("anchor" in phrase.manners for at in chain for phrase in tokens[at].phrases)
    is_kind = near is tokens[chain[0] - 1] and any("anchor" in p.manners for p in head.phrases)  # 复杂疑难申请8件
    follows_verb = any(is_verb(tokens[at]) for at in known if at < chain[0])
    is_described = any(each.is_any("words.relative") and each.start >= near.end for each in before)
    is_deed = is_verb(head) and is_named and len(near.text) > 1  # 收到不动产登记申请
    if is_kind or is_described or is_strict(head) or (follows_verb and (is_deed or names_subject(head))):
        return True  # 以企业为主体的申请
    return has_any(before, "others.because") and meaning is not None and meaning.role == "row"


def _is_contested(before: Sequence[ProseToken]) -> bool:
    """Whether words before what is counted say that it is of what others decided: 对工伤认定不服申请行政复议."""
    end = next((at for at, token in enumerate(before) if token.is_any("others.contested")), 0)
    ours = has_any(before[:end], "others.ours")
    return not ours and any(token.is_any(GAP, OFFICE) for token in before[:end])


def _mixes_tables(words: Sequence[ProseToken]) -> bool:
    """Whether words name what no one table counts, a thing among it: 规范性文件备案审查申请."""
    named = [{p.table for p in word.phrases if "anchor" in p.manners} for word in words]
    named = [tables for tables in named if tables]
    return bool(named) and any(map(is_strict, words)) and not set.intersection(*named)


def _is_shown(words: Sequence[ProseToken], around: Sequence[ProseToken], meaning: Meaning, *, is_counted: bool) -> bool:
    """Whether words are of what is published, as no verb says that it was received or done: 公开行政许可事项55项.

    What stands right behind a figure of its table, or of what there was none, needs no verb of its own.
    """
    if not any("taken" in phrase.manners for word in words for phrase in word.phrases if phrase.table == meaning.table):
        return False
    mine = [phrase for word in around for phrase in word.phrases if phrase.table == meaning.table]
    if any("whole" in phrase.manners and "anchor" not in phrase.manners for phrase in mine):
        return False  # 新收到依申请公开信息3件
    verbs = [phrase for phrase in mine if "weak" in phrase.manners]
    if is_counted and not verbs:
        return False
    return not any(not verb.columns or not set(verb.columns).isdisjoint(meaning.columns) for verb in verbs)


def _sums_up(piece: Sequence[ProseToken], head: ProseToken) -> bool:
    """Whether words before what is counted list what it is made of: 水资源费等行政事业性收费."""
    before = [token for token in piece if token.end <= head.start and not token.is_any("words.neutral")]
    return bool(before) and before[-1].is_any("others.several") and before[-1].text.startswith("等")


def is_result(token: ProseToken) -> bool:
    """Whether a word names a whole that parts are of, and no subject: 办理结果."""
    return any("whole" in phrase.manners and "anchor" not in phrase.manners for phrase in token.phrases)


def _is_summed(tokens: Sequence[ProseToken]) -> bool:
    """Whether words without a verb are of all that there was: 共依申请公开信息8条."""
    return has_any(tokens, "words.totals") and not any(map(is_verb, tokens))


def _is_apart(token: ProseToken, meaning: Meaning | None, *, is_near: bool) -> bool:
    """Whether a word sets apart some of a kind: 审核 of documents, 撤回 of applications."""
    mine = [phrase for phrase in token.phrases if meaning is not None and phrase.table == meaning.table]
    if meaning is not None and sets_apart(token, meaning.table):
        return True
    manners = {"weak", "anchor", "neutral", "scope", "apart"}
    others = [phrase for phrase in token.phrases if not phrase.manners & manners]
    return is_near and not mine and bool(others) and not token.is_any("words.neutral")
