import pytest
from typer.testing import CliRunner

from sanderling.velocity.command import app


def test_a_message_is_rendered_at_the_command_line(tmp_path):
    template, context = tmp_path / "a.vm", tmp_path / "a.json"
    template.write_text("Hi $!name, $number.format('#,##0.00', $sum)", "utf-8")
    context.write_text('{"name": "Діна", "sum": 1234.5}', "utf-8")
    result = CliRunner().invoke(app, ["render", str(template), "--context", str(context)])
    assert (result.exit_code, result.output) == (0, "Hi Діна, 1,234.50")


def test_a_mistake_ends_with_its_line(tmp_path):
    template = tmp_path / "a.vm"
    template.write_text("one\n#if($a)", "utf-8")
    result = CliRunner().invoke(app, ["render", str(template)])
    assert result.exit_code == 1
    assert "a.vm, line 2, column 1" in result.output


def test_problems_are_listed_at_the_command_line(tmp_path):
    template = tmp_path / "a.vm"
    template.write_text("#if($a)", "utf-8")
    result = CliRunner().invoke(app, ["check", str(template)])
    assert result.exit_code == 1
    assert result.output.startswith("a.vm:1:1: error: '#if' is never closed")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{bad", "is not JSON"),
        (b"[1]", "must hold a JSON object"),
        (b"\xff\xfe", "is not a text in UTF-8"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_context_that_is_none_is_refused_in_words(tmp_path, content, words):
    template, context = tmp_path / "a.vm", tmp_path / "a.json"
    template.write_text("Hi $!name", "utf-8")
    context.write_bytes(content)
    result = CliRunner().invoke(app, ["render", str(template), "--context", str(context)])
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert words in " ".join(result.output.replace("│", " ").split())


def test_a_template_that_is_no_text_and_an_unknown_place_are_refused_in_words(tmp_path):
    template = tmp_path / "a.vm"
    template.write_bytes(b"\xff\xfe\x00")
    for command in ("render", "check"):
        assert "UTF-8" in CliRunner().invoke(app, [command, str(template)]).output
    template.write_text("Hi", "utf-8")
    zone = ["--time-zone", "Nowhere/Else"]
    result = CliRunner().invoke(app, ["render", str(template), *zone])
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
