"""What holds for every template, written by a machine that does not know what is sensible."""

from __future__ import annotations

import copy
import quopri

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sanderling.velocity as velocity
from sanderling.velocity import Dialect, Escaping, Gobbling, Limits, Options, Undefined

CONTEXT = {
    "name": "Dina & co",
    "empty": "",
    "one": 1,
    "price": 2.5,
    "yes": True,
    "nothing": None,
    "list": ["a", "<b>", 3],
    "rows": [{"n": "A", "p": 10}, {"n": "B", "p": 5.5}],
    "map": {"k": "v", "n": {"deep": [1]}},
    "num": "15",
}
SCOPES = ["foreach", "macro", "define", "template", "evaluate", "mm"]
NAMES = [*CONTEXT, "x", "y", "i", "nope", "bodyContent", "velocityCount", *SCOPES]
SMALL = Limits(iterations=200, macro_calls=50, output=20_000, string=5_000, collection=200)

names = st.sampled_from(NAMES)
constants = st.sampled_from(
    ["1", "-3", "2.5", "0", "true", "'k'", '"t $name"', "'15'", "[1, 2]", "{'k': 1}", "[1..3]"]
)
methods = st.sampled_from(
    [
        ".size()", ".get(0)", ".get('k')", ".k", ".n", "[0]", "['k']", ".add(1)", ".put('z', 1)",
        ".length()", ".toUpperCase()", ".substring(1)", ".keySet()", ".entrySet()", ".index",
        ".count", ".hasNext", ".stop()", ".parent", ".topmost",
        ".nope()", ".clear()", ".class", ".repeat(3)",
    ]
)  # fmt: skip


@st.composite
def references(draw):
    name = draw(names)
    steps = "".join(draw(st.lists(methods, max_size=2)))
    form = draw(st.sampled_from(["${}", "$!{}", "${{{}}}", "$!{{{}}}", "${{{}|'alt'}}"]))
    return form.format(name + steps)


@st.composite
def expressions(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(st.one_of(references(), constants))
    left, right = draw(expressions(depth=depth - 1)), draw(expressions(depth=depth - 1))
    operator = draw(
        st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"])
    )
    return draw(st.sampled_from([f"({left} {operator} {right})", f"!({left})"]))


texts = st.sampled_from(
    ["text ", "\n", "  ", "<p>", "#fff", "\\$name", "\\#if", "$5", "##c\n", "#*c*#", "#[[$x]]#"]
)


@st.composite
def bodies(draw, depth=3):
    return "".join(draw(st.lists(statements(depth=depth), max_size=4)))


@st.composite
def statements(draw, depth=3):
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return draw(st.one_of(references(), texts))
    body, other = draw(bodies(depth=depth - 1)), draw(bodies(depth=depth - 1))
    name, value = draw(st.sampled_from("xyi")), draw(expressions())
    macro = draw(st.sampled_from(["mm", "nn"]))
    return draw(
        st.sampled_from(
            [
                f"#set(${name} = {value})",
                f"#set($map.{name} = {value})",
                f"#if({value}){body}#{{else}}{other}#end\n",
                f"#if({value})\n{body}#end",
                f"#foreach(${name} in $list){body}#end",
                f"#foreach(${name} in $rows)$foreach.count{body}#end\n",
                f"#foreach(${name} in [1..3])#if($foreach.last)#break#end{body}#end",
                f"#foreach(${name} in [])x#{{else}}{other}#end",
                f"#macro({macro} ${name}){body}#end",
                f"#{macro}($one)",
                f"#@{macro}('b'){body}#end",
                f"#define(${name}){body}#end",
                "#evaluate('$name #set($x = 1)')",
                "#stop",
                "#break",
                "#break($foreach.parent)",
                "#break($macro)",
            ]
        )
    )


options = st.builds(
    Options,
    gobbling=st.sampled_from(Gobbling),
    escaping=st.sampled_from(Escaping),
    strict=st.booleans(),
    empty_check=st.booleans(),
    velocity_count=st.booleans(),
    undefined=st.sampled_from(Undefined),
    dialect=st.sampled_from(Dialect),
    strict_references=st.booleans(),
    strict_math=st.booleans(),
    macro_by_name=st.booleans(),
    scopes=st.sampled_from(
        [
            frozenset({"foreach"}),
            frozenset(),
            frozenset({"foreach", "macro", "define", "template", "evaluate", "mm"}),
        ]
    ),
    limits=st.just(SMALL),
)


def made(source, options=None):
    """The template; sources that no parser would take are not looked at."""
    try:
        return velocity.compile(source, options=options or Options(limits=SMALL))
    except velocity.ParseError:
        assume(False)


def outcome(render, context):
    try:
        message = render(context)
    except velocity.VelocityError as error:
        return type(error).__name__, error.line
    warnings = sorted(
        (each.line, each.column, each.message, each.count) for each in message.warnings
    )
    return message.text, warnings


@given(bodies(), options)
@settings(max_examples=250, deadline=None)
def test_the_back_ends_agree_and_change_nothing(source, options):
    context = copy.deepcopy(CONTEXT)
    template = made(source, options)
    by_closures = outcome(template.render_by_closures, context)
    assert outcome(template.render_compiled, context) == by_closures
    assert context == CONTEXT


@given(st.text(alphabet="$#{}[]()!\\'\"|.,+-*/%=<>&ab1 \n\r\tі😀\x00\ud800", max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_rendered_or_refused_by_an_error_of_ours(source):
    result = outcome(lambda context: velocity.render(source, context), {"a": "A", "b": [1]})
    assert isinstance(result, tuple)
    checked = velocity.check(source, columns=["a", "b"])
    assert all(problem.line >= 1 for problem in checked.problems)


@given(bodies())
@settings(max_examples=60, deadline=None)
def test_folding_the_constants_changes_nothing_that_is_printed(source):
    template = made(source)
    constants = {name: CONTEXT[name] for name in ("name", "one", "yes", "num")}
    folded = template.with_constants(constants)
    rest = {name: value for name, value in CONTEXT.items() if name not in constants}
    expected = outcome(template.render_by_closures, copy.deepcopy(CONTEXT))
    assert outcome(folded.render_compiled, copy.deepcopy(rest))[0] == expected[0]


@given(bodies(), st.sampled_from(["utf-8", "quoted-printable"]))
@settings(max_examples=60, deadline=None)
def test_encoding_ahead_gives_the_same_message(source, encoding):
    context = {**CONTEXT, "name": "Діна 😀 " + "x" * 90}
    template = made(source)
    plain = outcome(template.render, copy.deepcopy(context))
    assume(not isinstance(plain[1], int))  # a line of an error
    body = template.encoded(encoding).render(copy.deepcopy(context)).body
    if encoding == "quoted-printable":
        assert all(len(line) <= 76 for line in body.split(b"\r\n"))
        body = quopri.decodestring(body).replace(b"\r\n", b"\n")
    assert body.decode() == plain[0].replace("\r\n", "\n")
