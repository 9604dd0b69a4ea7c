"""The language, rule by rule: each template by both back ends, in send mode and in strict mode."""

# ruff: noqa: E501 — a rule and its answer stand on one line.

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

import sanderling.velocity as velocity
from sanderling.velocity import Options

CONTEXT = {
    "name": "Anna",
    "s": "Hello, World",
    "empty": "",
    "one": 1,
    "neg": -7,
    "f": 2.5,
    "t": True,
    "fa": False,
    "list": ["a", "b", "c"],
    "m": {"k": "v", "n": 5, "x-y": "hy", "nested": {"p": {"q": "deep"}}},
    "dec": Decimal("10.50"),
    "big": 10_000_000_000,
    "emoji": "a😀b",
}


def assert_prints(template: str, text: str) -> None:
    for strict in (False, True):
        made = velocity.compile(template, options=Options(strict=strict))
        assert made.render_by_closures(copy.deepcopy(CONTEXT)).text == text
        assert made.render_compiled(copy.deepcopy(CONTEXT)).text == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "$nope.a.b ${nope.a} $nope.foo('x') $nope[0] $!nope[0]|",
            "$nope.a.b ${nope.a} $nope.foo('x') $nope[0] |",
        ),
        (
            "$name. $name.. $name.com $name-x ${name}x $namex",
            "Anna. Anna.. $name.com Anna-x Annax $namex",
        ),
        (
            "${ name } ${} $ $$name $5 US$10 $(x) $.ajax",
            "${ name } ${} $ $Anna $5 US$10 $(x) $.ajax",
        ),
        ("#fff # x #123 #wrap{} $name.length ()", "#fff # x #123 #wrap{} 4 ()"),
        ('$m.k $m[\'k\'] ${m["k"]} $m.nested["p"].q $m.size $m.size()', "v v v deep $m.size 4"),
        ("$list[ 1 ] $list[-1] $list['0'] $list.get(1.9) $list[$one]", "b c a b b"),
        (
            "$name [0] ${name}[0] $name.concat(\"a$name\") $name.concat('a$name')",
            "Anna [0] Anna[0] AnnaaAnna Annaa$name",
        ),
        ("$name.concat(\"a\"\"b\") $name.concat('a''b')", "Annaa\"b Annaa'b"),
        ("$імя ${ім'я}", "$імя ${ім'я}"),
    ],
)
def test_references(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("${nope|'y'} ${empty|'y'} ${fa|'y'} ${name|'y'}", "y y y Anna"),
        ("${nope|$nope.x} $!{nope|$nope.x}|", "${nope|$nope.x} |"),
        ("${nope|${empty|'z'}} ${nope|1 + 2} ${nope|[1,2]} ${nope|{\"a\":1}}", "z 3 [1, 2] {a=1}"),
        ('${m.zz|"dear $name"}', "dear Anna"),
    ],
)
def test_alternates(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#set($x = 2147483647 + 1)$x", "2147483648"),
        ("#set($x = 9223372036854775807 + 1)$x", "9223372036854775808"),
        (
            "#set($x = -7 / 2)$x #set($y = -7 % 3)$y #set($z = 7 % -3)$z #set($w = -7.5 % 2)$w",
            "-3 -1 1 -1.5",
        ),
        ("#set($x = 1 / 0)[$!x]#set($y = 1.0 / 0)[$!y]#set($z = $nope + 1)[$!z]", "[][][]"),
        (
            "#set($x = 0.1 + 0.2)$x #set($y = 1e7)$y #set($z = 0.0001)$z #set($w = 100.0)$w",
            "0.30000000000000004 1.0E7 1.0E-4 100.0",
        ),
        (
            '#set($x = "a" + 1 + 2)$x #set($y = 1 + 2 + "a")$y #set($z = "a" + $list)$z',
            "a12 3a a[a, b, c]",
        ),
        (
            '#set($x = "15" * 2)$x #set($y = "15" - 2)$y #set($z = "15" / 2)$z #set($w = "5" - "2")$w',
            "30.0 13.0 7 3",
        ),
        (
            "#set($x = $dec * $dec)$x #set($y = $dec - 1)$y #set($z = $big * $big)$z",
            "110.2500 9.50 100000000000000000000",
        ),
        ("#set($x = -$one)$x #set($y = 10 - 3 - 2)$y #set($z = 1 + 2 * 3 - 4 / 2)$z", "-1 5 5"),
        ("#set($x = $nope)$!x|#set($y = 'a')#set($y = $nope)$!y|#set($nope.z = 5)$!nope", "||"),
        ("#set($m.k = 'w')$m.k#set($m['n'] = 6)$m.n#set($list[0] = 'z')$list", "w6[z, b, c]"),
        (
            "#set($x = [3..1])$x #set($y = [-1..1])$y #set($z = [$one..2])$z",
            "[3, 2, 1] [-1, 0, 1] [1, 2]",
        ),
        (
            '#set($x = "#if($t)Y#{else}N#end")$x #set($y = \'a"b\')$y #set($z = "\\u0456")$z',
            'Y a"b і',
        ),
        ("#set($a = $one)#set($one = 9)$a$one", "19"),
    ],
)
def test_set_and_arithmetic(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$nope == $nope2", True),
        ("$nope == ''", False),
        ("$fa == $nope", False),
        ("1 == 1.0", True),
        ("$one == '1'", True),
        ("'15.0' == 15", True),
        ("$list == '[a, b, c]'", True),
        ("[1] == [1.0]", False),
        ("'true' == true", True),
        ("'10' > '9'", False),
        ("'10' > 9", True),
        ("'b' >= 'b'", False),
        ("$nope > 1", False),
        ("$dec == 10.5", True),
        ("$big > 1.5", True),
        ("0 || 0.0 || '' || [] || {}", False),
        ("'0' && 'false' && ' '", True),
        ("not $fa and 1 lt 2 and 2 ge 2", True),
        ("$fa && $t || $t", True),
        ("!($t && $fa)", True),
        ("1 == 1 == true", True),
        ("1 + 1 == 2 && 3 > 1 + 1", True),
    ],
)
def test_conditions(condition, holds):
    assert_prints(f"#if({condition})T#{{else}}F#end", "T" if holds else "F")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "#foreach($x in $m)$x;#end|#foreach($x in 'abc')$x#end|#foreach($x in 5)$x#end|#foreach($x in $nope)$x#else none#end",
            "v;5;hy;{p={q=deep}};||| none",
        ),
        (
            "#foreach($e in $m.entrySet())$e.key:$e.getValue() #end",
            "k:v n:5 x-y:hy nested:{p={q=deep}} ",
        ),
        (
            "#foreach($i in [1..2])#foreach($j in [1..2])$foreach.parent.index$foreach.count$foreach.topmost.count #end#end",
            "011 021 112 122 ",
        ),
        (
            "#foreach($i in [1..3])$foreach.index$foreach.first$foreach.last$foreach.hasNext #end",
            "0truefalsetrue 1falsefalsetrue 2falsetruefalse ",
        ),
        ("#set($i = 'old')#foreach($i in [1..2])#set($i = 'x')$i#end$i $foreach", "xxold $foreach"),
        (
            "#foreach($i in [1..5])#if($i == 3)#break#end$i#end|#foreach($i in [1..3])#foreach($j in [1..3])#if($j == 2)#break($foreach.parent)#end$i$j #end#end",
            "12|11 ",
        ),
        (
            "#foreach($i in [1..3])$i#if($i == 2)$foreach.stop()#end#end #foreach($i in [1..3])$i#if($i == 2)#stop#end#end never",
            "12 12",
        ),
        ("#foreach($i in [])x#{else}empty#end #foreach($i in$list)$i#{else}e#end", "empty abc"),
        (
            "$velocityCount #foreach($i in [1..2])$velocityCount#end",
            "$velocityCount $velocityCount$velocityCount",
        ),
    ],
)
def test_loops(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "#macro(m1 $a $b)[$a|$b]#end#m1('x' 'y')#m1('x', 'y')#m1('x')#m1()#m1($name $nope)#m1('x' 'y' 'z')",
            "[x|y][x|y][x|$b][$a|$b][Anna|$b][x|y]",
        ),
        ("#m2('q')#macro(m2 $a='d')<$a>#end#m2()#m2", "<q><d><d>"),
        ("#macro(rec $n)$n#if($n > 0)#set($k = $n - 1)#rec($k)#end#end#rec(3)", "3210"),
        (
            "#macro(wrap $c)<$c>$!bodyContent</$c>#end#@wrap('b')in $name#end|#wrap('i')",
            "<b>in Anna</b>|<i></i>",
        ),
        (
            "#macro(setit $a)#set($a = 'changed')$a#set($glob = 'G')#end#set($v = 'orig')#setit($v)$v$glob",
            "changedorigG",
        ),
        ("#macro(twice)1#end#macro(twice)2#end#twice()#{twice}()#unknown(1)", "11#unknown(1)"),
        (
            "#define($b)<$name>#end$b#set($name = 'Bob')$b ${b} \"$b\" #if($b)T#end",
            '<Anna><Bob> <Bob> "<Bob>" T',
        ),
        ("#define($c)x#define($d)y#end$d#end$c$d", "xyy"),
        (
            "#set($tpl = 'Hi $name')#evaluate($tpl) #evaluate(\"#if($t)x#end\") #evaluate($nope)|#evaluate('#set($z = 5)')$z",
            "Hi Anna x |5",
        ),
    ],
)
def test_macros_and_blocks(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            r"\$name \\$name \$nope \\$nope \$!name \$!nope \${name}",
            r"$name \Anna \$nope \\$nope $!name \$!nope ${name}",
        ),
        (r"\#if \#set($q) \#end \#foo \\#foo \\#if($t)x#end", r"#if #set($q) #end \#foo \\#foo \x"),
        (r"\\#set($a = 1)$a C:\temp\$name a\nb \\ \ ", r"\\1 C:\temp$name a\nb \\ \ "),
        ("#set($D = '$')${D}name #[[ $name #if ]]#|", "$name  $name #if |"),
        ("a##comment\nb #* $name *# c #** d *# e #*x*#f\n#* open", "ab  c  e f\n"),
        # A lone sign hangs on what comes next, and goes with it.
        (r"#\\", r"\\"),
        (r"<p>#\#if", "<p>#if"),
        (r"$\\#set($x = 1)|", r"\\|"),
        (r"$\${nope|5} $\name", r"$\5 $\name"),
        ("$  #set($x = 1)$x", "1"),
        ("#  #if($t)a#end", "a"),
        ("5$ #if($t)a#end", "5$ a"),
    ],
)
def test_escapes_comments_and_lone_signs(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("X #if($t)\nA\n#end Y\n", "X A\n Y\n"),
        ("  #if($t)\n  A\n  #end\nB", "  A\nB"),
        ("x #set($a = 1)\ny", "x \ny"),
        ("#set($a = 1)\r\ny", "y"),
        ("a\n  #foreach($i in [1..2])\n  - $i\n  #end\nb", "a\n  - 1\n  - 2\nb"),
        ("x #if($t)A#end\nB", "x A\nB"),
    ],
)
def test_blanks_of_lines(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    "template",
    [
        "${name",
        "$name.substring(1",
        "$name.length( )",
        "#if($t)A",
        "#if()A#end",
        "#end",
        "#if($t)A#endB",
        "#if($t)a#else b#else c#end",
        "#set($a = $one-1)",
        "#set($a = 2-1)",
        "#set($x = null)",
        "#set($x = [1,])",
        "${name | 'y'}",
        "#macro(m $a)#end#m(1+1)",
        "#[[ open",
        "#define($b $c)x#end",
        "#if{}",
        "$list[abc]",
        "#set\n($x = 1)",
        "#evaluate(5)",
        "#if $t A#end",
    ],
)
def test_mistakes(template):
    with pytest.raises(velocity.ParseError) as caught:
        velocity.compile(template).render(CONTEXT)
    assert caught.value.line >= 1
    assert caught.value.column >= 1


@pytest.mark.parametrize(
    ("template", "text"),
    [
        # What stands behind a minus is asked, not the number that it makes.
        ("#if(-$one)T#{else}F#end #if(!-$one)T#{else}F#end #if(-$nope)T#{else}F#end", "T F F"),
        # A loop is like a map: true once something is in it.
        ("#foreach($i in [1])#if($foreach)T#{else}F#end#end", "F"),
        ("#foreach($i in [1])#set($foreach.a = 1)#if($foreach)T#{else}F#end#end", "T"),
        # The text of an operation that is null ends with its operator.
        ('#set($x = "s" + ($nope - 1))$x #set($x = "s" + -$nope)$x', "s$nope -  s-$nope"),
        # A word among arguments is a reference without its sign, and so null.
        ("$list.contains(foo) $m.get(null)", "false $m.get(null)"),
        ("#if\n($t)x#elseif \n ($t)y#end", "x"),
        ("#include()#include x", " x"),
        ("#foreach($i of $list)$i#end", "abc"),
        ("#set($m[-1] = 5)$m[3]", "5"),
        ("#set($x = $list[2.0])$x", "c"),
    ],
)
def test_what_the_original_does_in_the_corners(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    "template",
    [
        "$list[2.0]",
        "$list[(1)]",
        "$list[[1]]",
        "$list.get((1))",
        "${nope|(1 + 2)}",
        "$list.get(and)",
        "#foreach($i in list)x#end",
        "#foreach($i in)x#end",
    ],
)
def test_where_no_parentheses_lists_or_words_may_stand(template):
    with pytest.raises(velocity.ParseError):
        velocity.compile(template)


@pytest.mark.parametrize(
    "template",
    [
        "$name[-1]",
        "#set($name[-1] = 5)",
        "#set($x = 1 - !2)",
        "#set($x = -true)",
        "#if((2 - $nope) < 3)a#end",
        '#set($x = "s" + (1 - $nope))',
    ],
)
def test_what_ends_a_strict_message_is_null_in_any_other(template):
    with pytest.raises(velocity.RenderError):
        velocity.compile(template, options=Options(strict=True)).render(CONTEXT)
    assert velocity.compile(template).render(CONTEXT).warnings


def test_properties_of_the_engine_for_ranges_and_macros():
    def render(template, **properties):
        options = velocity.options_from(
            {key.replace("__", "."): each for key, each in properties.items()}
        )
        made = velocity.compile(template, options=options)
        assert made.render_compiled(CONTEXT).text == made.render_by_closures(CONTEXT).text
        return made.render_compiled(CONTEXT).text

    changed = "#set($r = [1..2])#set($r[0] = 4)$r"
    assert render(changed, runtime__immutable_ranges="false") == "[4, 2]"
    assert render(changed) == "[1, 2]"
    macro = "#macro(m $a)#set($a = $nope)$a#end#m(\"x-$one\") #m('y') #m($name) #m(1)"
    assert render(macro, velocimacro__enable_bc_mode="true") == "\"x-$one\" 'y' $name $a"
    assert render(macro) == "$a $a $a $a"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        # Signs that begin nothing hang on the text after them, and are lost before anything else.
        ("$! x $#  #set($x = 1)y", "$ x $#  y"),
        (r"$$\\#if($t)a#end", r"\a"),
        ("$#*c*#a $##c", "a $"),
        ("$$#[[x]]#", "[[x"),
        (r"\$$name \$$nope #\$name", r"$name \$nope #\Anna"),
        # With signs before it a directive keeps its blanks.
        ("a\n  $#if($t)\nb\n  #end\nc", "a\n  $b\n\nc"),
        # What stands without a sign after a property is printed, whatever it looks like.
        ("$nope.y{a.b[0]}c $nope.y$one(", "$nope.y{a.b[0]}c $nope.y1("),
        ("$nope.foo(#if($t)bar 5 'a'#end", "$nope.foo(bar 5 'a'"),
    ],
)
def test_signs_and_what_follows_a_reference(template, text):
    assert_prints(template, text)


@pytest.mark.parametrize(
    "template",
    [
        "$nope.y${one}[x",
        "$nope.y#set($x = 1)[x",
        "$m.k##c\n[x",
        "$list[0]true",
        "$m.true",
        "$nope.foo(#if($t)<b>#end",
        "$nope.y{a #set($x = 1)",
    ],
)
def test_what_cannot_follow_a_reference(template):
    with pytest.raises(velocity.ParseError):
        velocity.compile(template)


@pytest.mark.parametrize(
    ("mode", "template", "text"),
    [
        (
            "structured",
            "  #if($t)\n    A\n    #if($t)\n      B\n    #end\n  #end\nC",
            "  A\n  B\nC",
        ),
        # A body in the line of its directive stays, and an #if whose line does not end with #end.
        ("structured", "  #foreach($i in [1..2])a\n    b\n  #end\n", "a\n    b\na\n    b\n"),
        ("structured", "#if($t)\n    A\n#end x", "    A\n x"),
        # Empty lines count as indentation.
        ("structured", "#if($t)\n\n  A\n\n  B\n#end\n", "  A\n  B\n"),
        ("bc", "  #*c*##set($x = 1)\ny", "  y"),
        ("bc", "  #set($x = 1)\n  y", "  y"),
        ("bc", "a  #set($x = 1)\ny", "a  y"),
        ("none", "  #if($t)  \n a\n #end\n", "    \n a\n \n"),
    ],
)
def test_blanks_of_the_other_modes(mode, template, text):
    made = velocity.compile(
        template, options=velocity.options_from({"parser.space_gobbling": mode})
    )
    assert made.render_by_closures(copy.deepcopy(CONTEXT)).text == text
    assert made.render_compiled(copy.deepcopy(CONTEXT)).text == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#if($t)#set($a = $q)[$!a]#end", "[]"),
        ("#if($t && $q)a#elseif(!$q)b#end", "b"),
        ("${q|'x'}", "x"),
        ("#set($a = $q && $t)", None),
        ("#set($a = !$q)", None),
        ("#if($q == 1)a#end", None),
        ("#if($t)$!q#end", None),
        ("#@nobody('x')y#end", None),
        ("#nobody()", None),
        ("#nobody()\nx", "#nobody()\nx"),
    ],
)
def test_where_strict_references_ask_whether_a_name_is_set(template, text):
    made = velocity.compile(template, options=Options(strict_references=True))
    for render in (made.render_by_closures, made.render_compiled):
        if text is None:
            with pytest.raises(velocity.RenderError):
                render(copy.deepcopy(CONTEXT))
        else:
            assert render(copy.deepcopy(CONTEXT)).text == text


def test_signs_among_the_parts_of_an_expression_are_passed_over():
    assert_prints("#set($x$# = 1 + $ 2)$x #if($one == # 1)a#end", "3 a")
    assert_prints(r"\\$$nope \\$$name", r"\\$$nope \$Anna")
    assert_prints(r"#define($d)D#end\\$d $$d", r"\D $D")


def test_strict_escapes_halve_backslashes_everywhere():
    made = velocity.compile(r"#bogus\\, \ \\\x", options=Options(strict_escape=True))
    assert made.render_by_closures(CONTEXT).text == r"#bogus\, \ \\x"
    assert made.render_compiled(CONTEXT).text == r"#bogus\, \ \\x"


def test_signs_among_arguments_of_directives_are_passed_over():
    assert_prints("#macro(a $x $$ $y)$x$y#end#a(1 # 2)", "12")
    assert_prints("#foreach($i in # $list)$i#end", "abc")
