"""What a template may draw on besides itself: snippets, and text that becomes a template.

These run as closures: each is rendered once or a few times.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from .compiling import Code
from .options import Options
from .parsing import Parsed, parse
from .running import Rendering, Writer
from .statements import ClosureBuilder

_KEPT_TEXTS = 64


class Library:
    """What a rendering may draw on besides its template: snippets, and text made a template."""

    def __init__(self, options: Options, snippets: Mapping[str, str]) -> None:
        self.options = options
        self.snippets = snippets
        self._texts: OrderedDict[tuple[str, str], Code] = OrderedDict()

    def evaluated(self, run: Rendering, text: str) -> Writer:
        """A text of `#evaluate` as closures; its macros are known from then on."""
        return self._ready(run, "#evaluate", text)

    def parsed(self, run: Rendering, name: str) -> Writer:
        """A snippet of `#parse` as closures; its macros are known from then on."""
        return self._ready(run, name, self.snippets[name])

    def _ready(self, run: Rendering, name: str, text: str) -> Writer:
        key = (name, text)
        if key not in self._texts:
            # Parsing costs up to 200 times what walking over the text does.
            run.budget.charge_work(200 * len(text))
            parsed = parse(text, name=name, options=self.options, known=frozenset(run.macros))
            self._texts[key] = closures_of(parsed, self.options)
            if len(self._texts) > _KEPT_TEXTS:
                self._texts.popitem(last=False)
        code = self._texts[key]
        if code.macros:
            # What is parsed later wins over what was parsed before, never over the template's own.
            own = {} if self.options.macro_replaces else run.own_macros
            run.macros = {**run.macros, **code.macros, **own}
        return code.write


def closures_of(parsed: Parsed, options: Options) -> Code:
    """A parsed template as closures, and its macros."""
    builder = ClosureBuilder(parsed.source, options)
    macros = {name: builder.macro(node) for name, node in parsed.macros.items()}
    return Code(builder.body(parsed.body), macros, only_reads=False)
