"""How fast a message is rendered, against the floor and the engines people know.

    python bench/velocity.py [rounds]

The e-mail is 20 kB with 110 printed references, for 1,000 different contacts in turn. All engines
take turns within each round, and the medians over the rounds are compared: the machine's mood is
the same for all. Times are CPU times, but for the JVM, which has its own clock: comparing with it
needs a quiet machine. The floor is the same message as one bare f-string, without any check.
Jinja2 and Apache Velocity 1.7 (`apt-get install velocity`, a JDK) take part when they are
installed. Of parsing and compiling the least of nine is told; memory is what one compiled template
keeps. A page of rows and buttons made by macros is rendered as part of the page, and by calls.

Seen on two cores that other work kept busy (load 19): 0.68 of the floor, 2.06 times Jinja2's faster
form, 8 to 9 ms to parse and compile, 203 kB a template; macros as part of the page 8.4 times.
"""

from __future__ import annotations

import copy
import gc
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import figures

import sanderling.velocity as velocity
from sanderling.velocity.nodes import (
    Call,
    Chain,
    Foreach,
    If,
    Literal,
    Logic,
    Node,
    Property,
    Reference,
    SetDirective,
    Text,
)
from sanderling.velocity.preparing import Template

HERE = Path(__file__).parent / "velocity_email"
JAVA = Path("/usr/share/java")
JARS = (
    "velocity",
    "velocity-tools",
    "commons-collections3",
    "commons-lang",
    "commons-logging",
    "commons-beanutils",
    "commons-digester",
)
CONSTANT = ("lang", "subject", "preheader", "company", "campaign", "currency", "year")

Render = Callable[[dict], object]


def main(rounds: int = 5) -> None:
    source = (HERE / "email.vm").read_text()
    context = json.loads((HERE / "ctx.json").read_text())
    expected = (HERE / "out.v2.html").read_text()
    template = compile_and_report(source)
    engines = engines_for(template, source, context)
    for name, render in engines.items():
        if name != "jinja2":
            assert str(render(context)) == expected, f"{name} renders something else"
    report_rates(measure(engines, contacts_like(context), rounds), rounds)
    report_macros()
    report_encodings(template, source, contacts_like(context))


def engines_for(template: Template, source: str, context: dict) -> dict[str, Render]:
    folded = template.with_constants({name: context[name] for name in CONSTANT}).compile()
    escaping = velocity.Options(escaping=velocity.Escaping.HTML)
    escaped = velocity.compile(source, name="escaped", options=escaping).compile()
    floor = bare_f_string(template)
    engines: dict[str, Render] = {
        "floor: bare f-string": floor,
        "compiled": lambda each: template.render_compiled(each).text,
        "compiled, constants folded": lambda each: folded.render_compiled(each).text,
        "compiled, escaped for HTML": lambda each: escaped.render_compiled(each).text,
        "closures": lambda each: template.render_by_closures(each).text,
    }
    engines.update(jinja_engines())
    if java := java_engine():
        engines["Apache Velocity 1.7"] = java
    return engines


# Measuring


def contacts_like(context: dict) -> list[dict]:
    contacts = []
    for number in range(1_000):
        each = copy.deepcopy(context)
        each["contact"].update(
            id=number, firstName=f"Anna{number}", email=f"user{number}@example.com", bonus=number
        )
        contacts.append(each)
    return contacts


def measure(
    engines: dict[str, Render], contacts: list[dict], rounds: int
) -> dict[str, list[float]]:
    """Microseconds per message, one figure per slice of 100 contacts.

    The engines take turns every slice, some ten milliseconds, so that a busy machine is equally
    busy for all. A JVM is measured for a second at the end of each round.
    """
    times: dict[str, list[float]] = {name: [] for name in engines}
    ours = {name: each for name, each in engines.items() if not isinstance(each, JavaEngine)}
    for _ in range(rounds):
        gc.collect()
        for start in range(0, len(contacts), 100):
            for name, render in ours.items():
                times[name].append(timed(render, contacts[start : start + 100]))
        for name, render in engines.items():
            if isinstance(render, JavaEngine):
                times[name].append(render.microseconds())
    return times


def timed(render: Render, contacts: list[dict]) -> float:
    start = time.process_time()
    for each in contacts:
        render(each)
    return (time.process_time() - start) / len(contacts) * 1e6


def report_rates(times: dict[str, list[float]], rounds: int) -> None:
    """Medians, and the median of the ratios within each turn: those a busy machine spares."""
    ours = times["compiled"]
    print(f"\nrendering, medians over {rounds} rounds of slices (fastest slice)")
    for name, each in sorted(times.items(), key=lambda pair: min(pair[1])):
        median = statistics.median(each)
        if len(each) == len(ours):
            ratio = statistics.median(a / b for a, b in zip(each, ours, strict=True))
        else:
            ratio = median / statistics.median(ours)
        shown = f"{median:8.1f} µs ({min(each):.1f}) {1e6 / median:9,.0f}/s"
        print(f"  {name:28} {shown}   compiled is {ratio:.2f} × as fast")
        if name.startswith("floor"):
            beside = f"{statistics.median(ours):.1f} us of CPU a message"
            figures.tell("speed of the floor", ratio, beside=beside)


def compile_and_report(source: str) -> Template:
    parse = min(clocked(lambda n=n: velocity.compile(source, name=f"parse {n}")) for n in range(9))
    made = [velocity.compile(source, name=f"compile {number}") for number in range(9)]
    code = min(clocked(each.compile) for each in made)
    tracemalloc.start()
    template = velocity.compile(source, name="memory").compile()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    whole = (parse + code) * 1e3
    print(
        f"parse {parse * 1e3:.1f} ms, compile {code * 1e3:.1f} ms, together {whole:.1f} ms;"
        f" memory {size / 1024:.0f} kB"
    )
    return template


def clocked(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


# Macros: small ones stand where they are called, unless their arguments are to be checked

MACROS = """
#macro(button $text $url)<table><tr><td><a href="$url?utm=$campaign">$text</a></td></tr></table>#end
#macro(row $item)<tr><td>$item.name</td>#if($item.old)<td><s>$item.old</s></td>#end</tr>#end
#foreach($item in $items)#row($item)#button($item.name $item.url)#end#button("Shop" $shop)
"""


def report_macros() -> None:
    items = [{"name": f"Boots {n}", "url": f"/{n}", "old": n % 2 * n} for n in range(20)]
    contacts = [{"campaign": "c", "shop": "/", "items": items}] * 1_000
    checked = velocity.Options(strict_arguments=True)
    inlined = velocity.compile(MACROS, name="inlined").compile()
    called = velocity.compile(MACROS, name="called", options=checked).compile()
    ways: dict[str, Render] = {
        "part of the page": inlined.render_compiled,
        "called": called.render_compiled,
    }
    print("\n41 calls of macros")
    for name, turns in measure(ways, contacts, 1).items():
        print(f"  {name:32} {statistics.median(turns):8.1f} µs")


# Encoding: what a sender does with a message after rendering


def report_encodings(template: Template, source: str, contacts: list[dict]) -> None:
    cyrillic = velocity.compile(in_cyrillic(source), name="cyrillic").compile()
    ways: dict[str, Render] = {}
    for title, each in (("Latin", template), ("Cyrillic", cyrillic)):
        ways[f"{title}, not encoded"] = lambda c, t=each: t.render_compiled(c).text
        for encoding in ("utf-8", "quoted-printable"):
            whole, ready = velocity.encoder(encoding), each.encoded(encoding)
            ways[f"{title}, {encoding} after"] = lambda c, t=each, e=whole: e(
                t.render_compiled(c).text
            )
            ways[f"{title}, {encoding} ahead"] = lambda c, r=ready: r.render(c).body
    print("\nrendering with encoding: the whole body after it, or the template ahead of it")
    for name, turns in measure(ways, contacts, 3).items():
        print(f"  {name:32} {statistics.median(turns):8.1f} µs")


def in_cyrillic(source: str) -> str:
    table = str.maketrans("aeiopc", "аеіорс")
    return re.sub(r">([^<$#]+)<", lambda match: f">{match[1].translate(table)}<", source)


# The floor


def bare_f_string(template: Template) -> Render:
    """The message as a function a programmer would write by hand, if nothing ever went wrong."""
    lines = ["def floor(c):", " pieces_ = []", " put = pieces_.append"]
    lines += floor_block(template.parsed.body, 1, set())
    lines.append(" return ''.join(pieces_)")
    names: dict[str, object] = {}
    exec("\n".join(lines), names)
    return names["floor"]  # type: ignore[return-value]


def floor_block(nodes: list[Node], depth: int, own: set[str]) -> list[str]:
    lines: list[str] = []
    pieces: list[str] = []
    pad = " " * depth
    for node in nodes:
        if isinstance(node, Text):
            pieces.append(node.text.replace("{", "{{").replace("}", "}}"))
            continue
        if isinstance(node, Reference):
            pieces.append("{" + floor_value(node, own) + "}")
            continue
        lines += floor_put(pieces, pad)
        if isinstance(node, If):
            for number, (condition, block) in enumerate(node.branches):
                lines.append(
                    f"{pad}{'if' if not number else 'elif'} {floor_value(condition, own)}:"
                )
                lines += floor_block(block.body, depth + 1, own)
            if node.otherwise:
                lines += [f"{pad}else:", *floor_block(node.otherwise.body, depth + 1, own)]
        elif isinstance(node, Foreach):
            own = own | {node.variable, "foreach"}
            elements = floor_value(node.elements, own)
            lines.append(f"{pad}for foreach, {node.variable} in enumerate({elements}):")
            lines += floor_block(node.block.body, depth + 1, own)
        elif isinstance(node, SetDirective):
            own = own | {node.target.root}
            lines.append(f"{pad}{node.target.root} = {floor_value(node.value, own)}")
    return lines + floor_put(pieces, pad)


def floor_put(pieces: list[str], pad: str) -> list[str]:
    text = "".join(pieces)
    pieces.clear()
    return [f"{pad}put(f'''{text}''')"] if text else []


def floor_value(node: Node, own: set[str]) -> str:
    if isinstance(node, Literal):
        return repr(node.value).replace('"', "'")
    if isinstance(node, Logic):
        word = " and " if node.operator == "&&" else " or "
        return word.join(floor_value(each, own) for each in node.operands)
    if isinstance(node, Chain):
        rest = "".join(f" {each} {floor_value(operand, own)}" for each, operand, _ in node.rest)
        return floor_value(node.first, own) + rest
    assert isinstance(node, Reference)
    if node.root == "foreach":
        return "foreach + 1"
    value = node.root if node.root in own else f'c["{node.root}"]'
    for step in node.steps:
        if isinstance(step, Property):
            value += f'["{step.name}"]'
        elif isinstance(step, Call) and step.name == "get":
            key = floor_value(step.arguments[0], own).replace("'", '"')
            value += f"[{key}]"
        elif isinstance(step, Call):
            value = f"len({value})" if step.name == "size" else f"{value}.upper()"
    return value


# The others


def jinja_engines() -> dict[str, Render]:
    try:
        import jinja2
    except ImportError:
        print("Jinja2 is not installed: left out")
        return {}
    dotted = (HERE / "email.j2").read_text()
    subscripts = re.sub(r"\{[{%].*?[%}]\}", _subscripted, dotted)
    plain = jinja2.Environment(autoescape=False, keep_trailing_newline=True)
    with_dots = plain.from_string(dotted)
    with_subscripts = plain.from_string(subscripts)
    return {
        "Jinja2 a.b": lambda each: with_dots.render(each),
        "Jinja2 a['b']": lambda each: with_subscripts.render(each),
    }


def _subscripted(match: re.Match[str]) -> str:
    spared = r"\b(?!loop\b|contact\.level\.upper)(\w+)((?:\.[a-z]\w*\b(?!\())+)"
    return re.sub(
        spared,
        lambda path: path[1] + "".join(f"['{name}']" for name in path[2][1:].split(".")),
        match[0],
    )


class JavaEngine:
    """Velocity 1.7 in a JVM of its own, which warms itself up before it is asked."""

    def __init__(self, folder: Path, classpath: str) -> None:
        self.command = ["java", "-cp", f"{folder}:{classpath}", "VtlOracle"]

    def __call__(self, context: dict) -> str:
        files = [str(HERE / "email.vm"), str(HERE / "ctx.json")]
        shown = subprocess.run(
            [*self.command, "render", *files], capture_output=True, text=True, check=True
        )
        return shown.stdout

    def microseconds(self) -> float:
        files = [str(HERE / "email.vm"), str(HERE / "ctx.json"), "1"]
        rate = subprocess.run(
            [*self.command, "bench", *files], capture_output=True, text=True, check=True
        )
        return 1e6 / float(rate.stdout.strip())


def java_engine() -> JavaEngine | None:
    jars = [JAVA / f"{name}.jar" for name in JARS]
    if not all(jar.exists() for jar in jars):
        print("Apache Velocity 1.7 is not installed: left out")
        return None
    folder = Path(tempfile.mkdtemp())
    classpath = ":".join(map(str, jars))
    command = ["javac", "-cp", classpath, "-d", str(folder), str(HERE / "VtlOracle.java")]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print("there is no JDK: Apache Velocity 1.7 left out")
        return None
    return JavaEngine(folder, classpath)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
