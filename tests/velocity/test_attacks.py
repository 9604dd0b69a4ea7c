"""What strangers may write to make a rendering slow or large, beyond the recorded attacks.

CPU time is measured, not the clock: other tests may run beside this one.
"""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import pytest

import sanderling.velocity as velocity
from sanderling.velocity import Escaping, Options

TENFOLD = '#set($s="$s$s$s$s$s$s$s$s$s$s")'
MILLION = '#set($s="<<<<<<<<<<")' + TENFOLD * 5
MILLION_BEYOND_ASCII = '#set($s="їїїїїїїїїї")' + TENFOLD * 5
ROUNDS = "#foreach($i in [1..100000])"

TOO_MUCH = {
    "printed often": MILLION + "$s" * 99,
    "printed very often": MILLION + "$s" * 1_000,
    "beyond ascii": MILLION_BEYOND_ASCII + "$s" * 30,
    "printed by a block": MILLION + "#define($d)$s$s$s$s$s$s$s$s$s#end" + "$d" * 90,
    "printed by a block that may stop": MILLION
    + "#define($d)$s$s$s$s$s$s$s$s$s#if(false)#stop#end#end"
    + "$d" * 90,
    "printed by a macro": MILLION + "#macro(d)$s$s$s$s$s$s$s$s$s#end" + "#d()" * 90,
    "cut": MILLION + ROUNDS + "#set($t=$s.substring(1))#end",
    "compared": MILLION
    + "#set($a=$s.substring(1))#set($b=$s.substring(1))"
    + ROUNDS
    + "#if($a==$b)#end#end",
    "escaped": MILLION_BEYOND_ASCII + ROUNDS + "#set($t=$esc.java($s))#end",
    "evaluated": "#set($s='$a')" + "#foreach($j in [1..14])#set($s=$s+$s)#end"
    '#foreach($j in [1..9000])#evaluate("$s$j")#end',
    "sorted": "#set($l=[1..90000])" + ROUNDS + "#set($x=$sorter.sort($l))#end",
    "searched": "#set($l=[])#foreach($i in [1..20000])#set($x=$l.add($i))#end"
    "#foreach($i in [1..90000])#if($l.contains(-5))#end#end",
    "nested maps": '#set($m={})#foreach($i in [1..100])#set($x=$m.put($m.toString(),"$m"))#end',
    "macros that fan out": "".join(
        f"#macro(m{i})" + f"#m{i + 1}()" * 10 + "#end" for i in range(19)
    )
    + "#macro(m19)x#end#m0()",
    "powers": "#set($x=10)#foreach($i in [1..200])#set($x=$x*$x)#end",
}
TOO_LONG = {
    "references": "$a." * 150_000,
    "branches": "#if($a)x" + "#elseif($a)x" * 40_000 + "#end",
    "parameters": "#macro(a $b" + " $c" * 100_000 + ")x#end#a()",
    "macros": "".join(f"#macro(m{number})x#end" for number in range(20_001)),
}
HARMLESS = [
    "$number.format('0' , 1)".replace("'0'", "'" + "0" * 400_000 + "'"),
    "$date.format('" + "EEEE MMMM " * 1_000 + "', $date.date)",
    "$math.pow(9999999,9999999) $math.toNumber('1e999999999') $math.roundTo(1000000000,1.5)",
    "#set($x='1e900000'*1)$x.toPlainString() $x.setScale(2147483647)",
    "$name.format('%1000000000s',1) $name.matches('(a+)+b') $name.matches('((a{1,100}){1,100})')",
    "#define($d)$d$d#end$d",
    "$name.__class__ $name['__class__'] $map.get('__init__') $date.__dict__ $esc.__reduce__()",
    "#foreach($i in [1])$foreach.run $foreach.values $foreach.__class__#end",
    "#define($d)x#end$d.run $d.writer $d.site.source.text $display.message('{0.__class__}', $name)",
    "#set($s='\ud800')$s $s.length() $esc.url($s) $esc.java($s) \x00 \u2028",
    "$" * 100_000,
    "#[[" * 1_000 + "]]#",
    "\\" * 400_000 + "$a",
]


def outcome(source, back_end, tools, escaping=Escaping.NONE):
    template = velocity.compile(source, options=Options(escaping=escaping))
    context = {"name": "Anna", "map": {"k": 1}}
    if back_end == "encoded":
        return template.encoded("quoted-printable").render(context, tools=tools).body.decode()
    return getattr(template, back_end)(context, tools=tools).text


@pytest.mark.parametrize("back_end", ["render_compiled", "render_by_closures", "encoded"])
@pytest.mark.parametrize("attack", TOO_MUCH)
def test_what_costs_too_much_is_refused_before_it_is_done(attack, back_end, tools):
    tracemalloc.start()
    try:
        with pytest.raises(velocity.BudgetExceeded):
            outcome(TOO_MUCH[attack], back_end, tools, Escaping.HTML)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("attack", TOO_LONG)
def test_a_template_of_too_many_parts_is_not_read(attack):
    started = time.process_time()
    with pytest.raises(velocity.ParseError):
        velocity.compile(TOO_LONG[attack])
    assert time.process_time() - started < 3


@pytest.mark.parametrize("back_end", ["render_compiled", "render_by_closures", "encoded"])
@pytest.mark.parametrize("number", range(len(HARMLESS)))
def test_what_looks_dangerous_and_is_not_is_quickly_answered(number, back_end, tools):
    started = time.process_time()
    text = outcome(HARMLESS[number], back_end, tools)
    assert time.process_time() - started < 2
    for sign in ("<class", "<function", "<built-in", "object at 0x", "sanderling"):
        assert sign not in text


SIGNS_AND_BITS = {
    "signs": "$#" * 50_000,
    "signs and line ends": "#\n" * 50_000,
    "texts between comments": "$a.b##\n" * 9_000,
    "braces that stay open": "$a{|" * 9_000,
    "backslashes": "\\\\#" * 50_000,
    "blanks before signs": ("   $#" * 3 + "\n") * 9_000,
    "signs in an expression": "#set($x = " + "$ " * 50_000 + "1)",
}


@pytest.mark.parametrize("mode", ["lines", "structured"])
@pytest.mark.parametrize("bits", SIGNS_AND_BITS)
def test_a_template_of_many_bits_is_read_in_time(bits, mode):
    started = time.process_time()
    options = velocity.options_from({"parser.space_gobbling": mode})
    with contextlib.suppress(velocity.ParseError):
        velocity.compile(SIGNS_AND_BITS[bits], options=options)
    assert time.process_time() - started < 3
