"""Rendering messages: the public surface, send mode and strict mode, what a template may touch."""

from __future__ import annotations

import copy
import quopri
from datetime import UTC, datetime

import pytest

import sanderling.velocity as velocity
from sanderling.velocity import Escaping, Options, Undefined
from sanderling.velocity.tools import NAMES

CONTACT = {
    "firstName": "Dina",
    "bonus": 150,
    "data": {"orders": [{"total": "100.5"}], "empty": []},
}


def rendered(source, context=CONTACT, **options):
    """By both back ends, which must agree."""
    template = velocity.compile(source, options=Options(**options))
    by_closures = template.render_by_closures(context)
    compiled = template.render_compiled(context)
    assert compiled.text == by_closures.text
    assert len(compiled.warnings) == len(by_closures.warnings)
    return compiled


def test_a_template_is_rendered_for_many_people():
    template = velocity.compile("Hello, $!firstName!", name="welcome")
    names = ["Dina", None, "Іван"]
    assert [template.render({"firstName": name}).text for name in names] == [
        "Hello, Dina!",
        "Hello, !",
        "Hello, Іван!",
    ]


def test_a_template_becomes_compiled_when_it_is_rendered_often():
    template = velocity.compile("$firstName has $bonus")
    texts = {template.render(CONTACT).text for _ in range(200)}
    assert texts == {"Dina has 150"}
    assert template._compiled is not None


def test_in_send_mode_a_missing_row_is_null_and_a_counted_warning():
    source = "a\n$!data.get('empty').get(0).get('name')|"
    message = rendered(source)
    assert message.text == "a\n|"
    (warning,) = message.warnings
    assert (warning.line, warning.column, warning.count) == (2, 20, 1)
    assert "there is no element 0" in warning.message


def test_warnings_of_one_place_are_counted_not_repeated():
    message = rendered("#foreach($i in [1..5])$!data.get('empty').get(0)#end")
    assert [warning.count for warning in message.warnings] == [5]


def test_in_strict_mode_a_missing_row_is_an_error_with_its_line():
    template = velocity.compile(
        "a\nb $data.get('empty').get(0)", name="promo", options=Options(strict=True)
    )
    with pytest.raises(velocity.RenderError) as failed:
        template.render(CONTACT)
    error = failed.value
    assert (error.template, error.line, error.column) == ("promo", 2, 21)
    assert error.source_line == "b $data.get('empty').get(0)"


def test_null_prints_its_source_or_nothing_as_the_options_say():
    assert rendered("[$nope]").text == "[$nope]"
    assert rendered("[$nope]", undefined=Undefined.EMPTY).text == "[]"


def test_rendering_never_changes_what_it_was_given():
    context = {"list": [1, [2]], "map": {"k": {"x": 1}}}
    before = copy.deepcopy(context)
    for source in ("$list.add(3)", "$map.put('z', 1)", "$map.k.put('z', 1)"):
        rendered(source, context)
        assert context == before
    source = (
        "#set($z = $list.add(3))#set($map.k.x = 2)#set($map.new = 1)#set($list[0] = 9)"
        "#set($z = $list.get(1).clear())$list $map"
    )
    assert rendered(source, context).text == "[9, [], 3] {k={x=2}, new=1}"
    assert context == before


def test_a_template_sees_nothing_but_its_context():
    names = ("run", "out", "V", "put", "k_1", "v_1", "call", "__builtins__", "str", "len", "None")
    source = " ".join(f"${name}" for name in names)
    assert rendered(source, {}).text == source


def test_generated_code_has_no_builtins():
    template = velocity.compile("$firstName").compile()
    assert template._compiled.write.__globals__["__builtins__"] == {}


def test_values_are_escaped_for_html_and_the_template_is_not():
    context = {"name": "<b>&\"'", "n": 5, "list": ["<"]}
    source = "<i>$name</i> $n $list ${nope|'<'} $!nope $nope"
    assert rendered(source, context, escaping=Escaping.HTML).text == (
        "<i>&lt;b&gt;&amp;&quot;&#x27;</i> 5 [&lt;] &lt;  $nope"
    )


def test_strings_are_escaped_when_printed_not_when_made():
    source = '#set($x = "$name!")$x#define($b)$name#end$b'
    text = rendered(source, {"name": "<"}, escaping=Escaping.HTML).text
    assert text == "&lt;!&lt;"


def test_what_the_escape_tool_made_is_not_escaped_again(tools):
    source = "$esc.html($name) $esc.raw($name)"
    template = velocity.compile(source, options=Options(escaping=Escaping.HTML))
    for render in (template.render_by_closures, template.render_compiled):
        assert render({"name": "<b>"}, tools=tools).text == "&lt;b&gt; <b>"


def test_a_header_stays_one_line_whatever_the_values_hold():
    context = {"name": "Dina\r\nBcc: all@example.com"}
    text = rendered("Hi $name", context, escaping=Escaping.HEADER).text
    assert text == "Hi Dina Bcc: all@example.com"


def test_values_are_escaped_for_json_and_for_script():
    text = rendered('{"a": "$a"}', {"a": 'x"\n</script>'}, escaping=Escaping.JSON).text
    assert text == '{"a": "x\\"\\n\\u003c/script>"}'


def test_directives_may_stand_inside_html_comments():
    source = (
        "<table><!--#foreach($o in [1,2])--><tr>$o</tr><!-- #if($o == 1) -->one<!--#else-->"
        "other<!-- #end --><!--#end--></table><!-- real -->"
    )
    assert rendered(source, {}, html_comments=True).text == (
        "<table><tr>1</tr>one<tr>2</tr>other</table><!-- real -->"
    )


def test_templates_of_the_1_x_era_keep_their_meaning():
    template = velocity.compile(
        "#foreach($x in ['a','b'])$velocityCount:$x#if($velocityHasNext),#end#end"
        "#set($e = '')#if($e)yes#end#if('x')no#end#set($a-b = 1)#set($a-b = $nope)$a-b",
        options=velocity.OLD_STYLE,
    )
    assert template.render({}).text == "1:a,2:byes1"


def test_snippets_come_from_the_given_set_only():
    snippets = {"footer": "by $firstName"}
    options = Options(strict=True)
    template = velocity.compile("#parse('footer')", options=options, snippets=snippets)
    assert template.render(CONTACT).text == "by Dina"
    raw = velocity.compile("#include('footer')", options=options, snippets=snippets)
    assert raw.render(CONTACT).text == "by $firstName"
    for name in ("other", "../footer", "/etc/passwd", "file:///etc/passwd"):
        with pytest.raises(velocity.RenderError):
            velocity.compile(f"#parse('{name}')", options=options).render(CONTACT)


def test_libraries_lend_their_macros():
    libraries = {"lib": "#macro(shout $x)$x.toUpperCase()!#end"}
    template = velocity.compile("#shout($firstName)", libraries=libraries)
    assert template.render_by_closures(CONTACT).text == "DINA!"
    assert template.render_compiled(CONTACT).text == "DINA!"


def test_constants_of_a_campaign_are_rendered_once():
    source = "#if($year > 2000)$shop.name $year#else old#end, $firstName#set($x = $year + 1) $x"
    template = velocity.compile(source)
    constants = {"year": 2026, "shop": {"name": "Example"}}
    folded = template.with_constants(constants)
    assert folded.render_compiled(CONTACT).text == "Example 2026, Dina 2027"
    assert template.render_compiled({**CONTACT, **constants}).text == "Example 2026, Dina 2027"
    assert folded.parsed.body[0].text == "Example 2026, "


def test_a_parse_error_shows_its_line():
    with pytest.raises(velocity.ParseError) as wrong:
        velocity.compile("one\n#set($a = $b-1)\nthree", name="promo")
    error = wrong.value
    assert (error.line, error.column, error.source_line) == (2, 13, "#set($a = $b-1)")
    assert str(error) == (
        "promo, line 2, column 13: A minus before a digit belongs to the number: write '- 1'."
    )


def test_an_unclosed_directive_is_shown_where_it_opens():
    with pytest.raises(velocity.ParseError) as wrong:
        velocity.compile("one\n #if($a)\nthree\n")
    assert (wrong.value.line, wrong.value.column) == (2, 2)


def test_a_reader_learns_what_a_template_reads():
    source = (
        "$firstName #set($total = 0)#foreach($o in $data.get('orders'))$o.total#end$total "
        "$data.promo.get(0).code $data['1043'] $contact.city"
    )
    reads = velocity.compile(source).reads
    assert reads.roots == {"firstName", "data", "contact"}
    assert reads.sources == {"orders", "promo", "1043"}
    assert "contact.city" in reads.paths
    assert not reads.all_sources
    assert not reads.dynamic


def test_a_template_that_walks_all_sources_says_so():
    assert velocity.compile("$data").reads.all_sources
    assert velocity.compile("$data.get($name)").reads.all_sources
    assert velocity.compile("#evaluate($x)").reads.dynamic


def test_a_large_template_may_have_many_expressions():
    source = "#set($a = 1)#if($a == 1)x#end" * 3000
    assert rendered(source, {}).text == "x" * 3000


def test_what_python_cannot_compile_is_rendered_by_closures():
    source = "#if($n == 0)a" + "".join(f"#elseif($n == {i})b{i}" for i in range(1, 1500)) + "#end"
    template = velocity.compile(source)
    assert template.render_compiled({"n": 1400}).text == "b1400"
    long = "#set($a = $x" + " + $x" * 1900 + ")$a"
    assert rendered(long, {"x": 2}).text == "3802"


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "#if(" + "(" * 90 + "1" + ")" * 90 + ")x#end",
        "#if(true)" * 90 + "x" + "#end" * 90,
        "#set($a = " + "{'k':" * 90 + "1" + "}" * 90 + ")$a",
        "#foreach($i in [1])" * 16 + "x" + "#end" * 16,
        "$a.get(" * 90 + "0" + ")" * 90,
    ],
)
def test_nesting_ends_in_a_message_or_an_error_of_ours(source):
    try:
        template = velocity.compile(source)
    except velocity.ParseError:
        return
    assert template.render_compiled({}).text == template.render_by_closures({}).text


def test_the_old_names_of_a_loops_position_are_compiled_too():
    source = (
        "$velocityCount#foreach($i in [1..2])#foreach($j in ['a','b'])$velocityCount$j"
        "#if($velocityHasNext),#end#end;$velocityCount.toString()#end$velocityCount"
    )
    text = rendered(source, {}, velocity_count=True).text
    assert text == "$velocityCount1a,2b;11a,2b;2$velocityCount"
    template = velocity.compile(source, options=Options(velocity_count=True)).compile()
    assert template._compiled.write.__name__.startswith("body_")


def test_loops_that_are_asked_for_their_scope_share_variables_with_what_stands_around_them():
    source = "#set($x = 5)#foreach($i in [1, 2])$x$foreach.topmost.index#set($x = $x + 1)#end$x"
    assert rendered(source).text == "50617"


def test_keys_of_what_is_no_map_are_read_where_they_are_used():
    source = "$a.name $a.size ${a.name} #foreach($e in $rows)$e.key=$e.value,$e.key;#end"
    assert rendered(source, {"a": None, "rows": [{"key": 1}, None, 7, "t"]}).text == (
        "$a.name $a.size ${a.name} 1=$e.value,1;" + "$e.key=$e.value,$e.key;" * 3
    )
    assert rendered(source, {"a": [1], "rows": {"k": {"key": 2}}}).text == (
        "$a.name 1 ${a.name} 2=$e.value,2;"
    )
    entries = "#foreach($e in $m.entrySet())$e.key=$e.value,$e.key;#end"
    assert rendered(entries, {"m": {"k": 1}}).text == "k=1,k;"


def test_a_key_that_may_fail_is_not_read_ahead_of_a_branch_that_is_not_taken():
    source = "#set($it = $rows.iterator())#if($no)$it.next$it.next#end$it.next$it.next"
    assert rendered(source, {"rows": ["a", "b", "c"]}).text == "ab"
    source = "#foreach($it in [$rows.iterator()])#if($no)$it.next#end$it.next$it.next#end"
    assert rendered(source, {"rows": ["a", "b", "c"]}).text == "ab"


def test_tools_are_known_where_nothing_but_the_start_reads_variables():
    now = datetime(2026, 1, 15, tzinfo=UTC)
    tools = velocity.default_tools(now=now)
    assert set(tools) == NAMES
    template = velocity.compile("$math.add($n, 1) $esc.html('<') $date.get('yyyy') $!math.nope")
    for render in (template.render_by_closures, template.render_compiled):
        assert render({"n": 1}, tools=tools).text == "2 &lt; 2026 "
        assert render({"n": 1, "date": {"x": 2}}, tools=tools).text == "2 &lt; $date.get('yyyy') "


def test_a_message_of_many_long_texts_is_refused_before_it_is_made():
    source = "#set($x = 'x')#set($a = $x.repeat(900000))" + "$a" * 40
    template = velocity.compile(source)
    for render in (template.render_by_closures, template.render_compiled):
        with pytest.raises(velocity.BudgetExceeded, match="longer than 5,000,000"):
            render({})


def test_a_small_macro_becomes_part_of_what_calls_it():
    source = (
        "#macro(link $text $to='/')<a href='$to'>$text</a>#end"
        "#macro(twice $x)#link($x)#link('x' $x)#end"
        "#set($text = 'T')#link($name)#foreach($to in [1, 2])#twice($to)#end$text$!to#link()"
    )
    links = "<a href='{0}'>{1}</a>"
    expected = [("/", "N"), ("/", 1), (1, "x"), ("/", 2), (2, "x")]
    text = "".join(links.format(*each) for each in expected) + "T" + links.format("/", "$text")
    assert rendered(source, {"name": "N"}).text == text
    assert velocity.compile(source).compile()._compiled.macros == {}


def test_macros_that_set_their_parameters_or_call_themselves_are_called():
    source = (
        "#macro(a $x)#set($x = 5)$x#end#macro(b $n)$n#if($n < 3)#set($m = $n + 1)#b($m)#end#end"
    )
    assert rendered(source + "#a(1)$x #b(1)$!n", {}).text == "55 123"
    assert set(velocity.compile(source).compile()._compiled.macros) == {"a", "b"}


def test_calls_of_macros_are_counted_where_their_bodies_stand_at_the_call():
    source = "#macro(a $x)$x#end#foreach($i in [1..9])#a($i)#end"
    template = velocity.compile(source, options=Options(limits=velocity.Limits(macro_calls=8)))
    for render in (template.render_by_closures, template.render_compiled):
        with pytest.raises(velocity.BudgetExceeded, match="more than 8 times"):
            render({})


def test_lines_stay_short_where_printing_may_end_the_message():
    source = "$name$name#evaluate('x')" + "a" * 60
    body = velocity.compile(source).encoded("quoted-printable").render({"name": "Діна " + "x" * 70})
    lines = body.body.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    text = quopri.decodestring(body.body).decode()
    assert text == ("Діна " + "x" * 70) * 2 + "x" + "a" * 60
