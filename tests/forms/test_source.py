from __future__ import annotations

import tomllib

import pytest

from xltool.forms.source import Fault, LocatedText, Source, find_closest, suggest_nearest


def parsed(text):
    source = Source(text, "x.toml")
    document = source.parse()
    assert source.faults == []
    return source, document


def found(node):
    """Every located string below a node."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        return [text for item in node for text in found(item)]
    return [node] if isinstance(node, LocatedText) else []


@pytest.mark.parametrize(
    "text",
    [
        'a = "一"',
        "a = 'b'  # c = 'd'",
        'a = ["b", "c", [ "d" ]]',
        'a = { "b" = "c", d."e" = "f" }',
        '"a" = "b"\n"c d"."e" = "f"',
        '[["table"]]\nid = "a"\n[["table"]]\nid = "b"',
        '["x"."y"]\nid = "a"\n["x"."z"]\nid = "b"',
        'a = """\nlong\n  text"""\nb = \'\'\'\nraw "quoted" \'\'\'',
        'a = "#no comment" # but "this" is',
        'a = [\n  "one", # "two"\n  "three",\n]',
        'a = "say \\"b\\""\nc = "d"',
    ],
)
def test_strings_are_themselves_and_know_where_they_stand(text):
    source, document = parsed(text)
    assert document == tomllib.loads(text)
    for string in found(document):
        assert source.text[string.offset :].startswith(str(string)[:4])


def test_strings_that_are_values_are_located_and_keys_are_not():
    _, document = parsed('"a" = "b"\n[c]\n"d" = ["e", 1, true]')
    assert found(document) == ["b", "e"]
    assert not any(isinstance(key, LocatedText) for key in document)


def test_windows_files():
    source, document = parsed('\ufeffa = 1\r\nb = "c"\r\n')
    source.fault(document["b"], "here")
    assert source.faults == [Fault(2, 6, "here")]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('a = "一" "b"', 1, 9),
        ("a = 1\nb 2\n", 2, 3),
        ("a = [1,\n", 2, 1),
        ("a = 1\na = 2\nb = 3", 2, 6),
        ('"a" = 1\n"a" = 2\nb = 3', 2, 8),
        ('"a".b = 1\n"a".b = 2\nc = 3', 2, 10),
        ("a = " + "9" * 5000, 1, 1),
        ("a = " + "[" * 5000, 1, 1),
    ],
)
def test_one_fault_when_it_is_not_toml(text, line, column):
    source = Source(text, "x.toml")
    assert source.parse() is None
    assert [(fault.line, fault.message.startswith("not TOML: ")) for fault in source.faults] == [(line, True)]
    assert source.faults[0].column == column


def test_faults_are_shown_as_a_compiler_does():
    source, document = parsed('id = "ok"\n\tlabel = "一二三"\n')
    source.fault(document["label"].offset + 2, "odd", "did you mean '四'?")
    source.fault(document["id"], "odder")
    source.fault(document["id"], "odder")
    assert source.render() == (
        "x.toml:1:7: odder\n"
        ' 1 | id = "ok"\n'
        "   |       ^\n"
        "x.toml:2:13: odd\n"
        ' 2 | \tlabel = "一二三"\n'
        "   | \t         \u3000\u3000^\n"
        "   = did you mean '四'?"
    )


def test_a_field_that_is_no_string_is_found_behind_a_place():
    source, document = parsed('[a]\nx = 1\n[b]\nid = "i"\nx = 2\nxx = 3')
    assert source.after(document["b"]["id"], "x") == source.text.index("x = 2")
    assert source.after(None, "x") == source.text.index("x = 1")
    assert source.after(None, "b") == source.text.index("b]")
    assert source.after(document["b"]["id"], "nowhere") == document["b"]["id"].offset


def test_the_nearest_name():
    assert find_closest("recieved", ["carried_in", "received"]) == "received"
    assert suggest_nearest("recieved", ["carried_in", "received"]) == "did you mean 'received'?"
    assert suggest_nearest("xyz", ["carried_in"]) == ""
