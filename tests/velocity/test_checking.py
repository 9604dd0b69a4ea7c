"""What the editor is told: all mistakes at once, traps, unknown names."""

from __future__ import annotations

import pytest

from sanderling.velocity import Severity, check

COLUMNS = ["firstName", "contact.city", "data.orders.total", "data.orders.id", "list"]


def told(source, columns=None):
    return [
        (each.line, each.column, each.message) for each in check(source, columns=columns).problems
    ]


def test_a_correct_template_has_no_problems():
    source = (
        "Hello, $!firstName! #foreach($o in $data.get('orders'))$o.total $foreach.count#end"
        "#if(!$data.orders.isEmpty())$data.orders.get(0).id#end $contact.city"
        "#set($sum = 1 + 2)$sum $number.format('#,##0.00', $sum)"
    )
    checked = check(source, columns=COLUMNS)
    assert checked.problems == ()
    assert checked.can_be_sent
    assert checked.reads.sources == {"orders"}


def test_all_mistakes_are_told_at_once_and_in_order():
    source = "#if($a-1)x#end\n#set($b = )\n$c.size(1 2)\n#foreach($x $list)#end\n#end\n#if($d)\n"
    assert [(line, column) for line, column, _ in told(source)] == [
        (1, 7),
        (2, 11),
        (3, 11),
        (4, 1),
        (5, 1),
        (6, 1),
    ]
    assert all(each.severity is Severity.ERROR for each in check(source).problems)


def test_a_covered_mistake_makes_no_second_one():
    assert told("#if($a-1)x#{else}y#end #foreach($i in $l +)$i#end", ["l"]) == [
        (1, 7, "A minus before a digit belongs to the number: write '- 1'."),
        (1, 42, "A value was expected here; found '+)$i#end'."),
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('$number.format("#,##0", 5)', "In double quotes '##' starts a comment"),
        ("<style>#stop{color:red}</style>", "'#stop' is a directive, not a style"),
        ("$имя", "'имя' is no name of the language"),
        ("$first-name", "A name ends before the hyphen in 'first-name'"),
        ("$domain.com", "'$domain.com' asks for a property 'com'"),
        ("$data.1043.get(0)", "A property cannot start with a digit"),
        ("$data.get('x').get(0)", "The list may be empty"),
        ("#macro(unused)x#end", "The macro 'unused' is never used"),
        ("#nope($x)", "There is no macro or directive '#nope'"),
        ("#if($x)a#elseB#end", "'#elseB' is no directive: the word goes on"),
        ("#set $x = 1", "'#set' needs parentheses"),
        ("$list.contains(name)", "'name' has neither quotes nor a '$'"),
        ("#if($sum > $100)a#end", "The '$' before '100' means nothing here"),
        ("a #* never sent", "This comment is never closed"),
        ("$name.toUppercase()", "No value has a method 'toUppercase'"),
        ("#set($list.get(0) = 1)", "What a method returns cannot be set"),
        ("a#break b", "'#break' stands outside of any loop"),
    ],
)
def test_traps_are_explained_with_a_way_out(source, message):
    problems = check(source).problems
    assert [each.message.startswith(message) for each in problems] == [True]
    assert problems[0].severity is Severity.WARNING
    assert problems[0].hint
    assert problems[0].source_line == source


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("#if($a = 1)x#end", 8, "'=' is no operator of the language: write '=='."),
        ("#if($a == 1 AND $b)x#end", 13, "'AND' is no operator of the language: write '&&'."),
        ("#if($a <> 1)x#end", 9, "A value was expected here; found '> 1)x#end'."),
        ("${a | 'x'}", 4, "No blank may stand before '|' in '${…|…}'."),
        ("#set(a = 1)", 6, "'$name' was expected; found 'a = 1)'."),
        (
            "$a.b${c}[more]",
            9,
            "This cannot follow a reference: close it with braces '${…}'; found '[more]'.",
        ),
        ("#foreach($a in list)x#end", 16, "'list' is nothing to walk over; is '$list' meant?"),
        ("$list[1.5]", 10, "An index is a whole number."),
        ("$list.get((1))", 11, "No parentheses among arguments: name the value by '#set' before."),
    ],
)
def test_a_mistake_says_what_is_meant(source, column, message):
    assert told(source)[0] == (1, column, message)


@pytest.mark.parametrize(
    "source",
    [
        "<p>\n  #foreach($x in)\n#end\n</p>",
        "#foreach($x)a#end",
        "#if()a#end",
        "#if( )#end",
        "#macro()a#end",
        "#define()a#end",
        "#@wrap(1+1)a#end",
    ],
)
def test_a_mistake_is_told_once_and_not_again_at_its_end(source):
    [problem] = check(source).problems
    assert "#end" not in problem.message.split("found")[0]
    assert problem.severity is Severity.ERROR


@pytest.mark.parametrize(
    "source",
    [
        "#if($data.x.size() > 0)$data.x.get(0)#end",
        "#if(!$data.get('x').isEmpty())$data.get('x').get(0)#end",
        "#if($data['x'])$data.x[0]#end",
        "${data.x.get(0)|'none'}",
        "<style>#wrap{color:#fff} #main .a{} #ending{} #elsewhere{}</style>",
        "$list.get(null) #foreach($x in [1])#break#end #macro(m)#break#end#m()",
        "${domain}.com",
        "$('#x').on($5)",
    ],
)
def test_what_is_meant_is_left_alone(source):
    assert told(source) == []


def test_unknown_names_sources_and_columns_are_told():
    source = (
        "$firstNam $contact.town $data.get('promo') $data.orders.get(0).nope"
        "#foreach($o in $data.orders)$o.sum#end"
    )
    messages = [message for _, _, message in told(source, COLUMNS)]
    assert messages == [
        "There is no 'firstNam'.",
        "'contact' has no 'town'.",
        "There is no data source 'promo'.",
        "The source 'orders' has no column 'nope'.",
        "The list may be empty: then there is no such element.",
        "The source 'orders' has no column 'sum'.",
    ]
