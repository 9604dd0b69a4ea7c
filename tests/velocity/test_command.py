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
