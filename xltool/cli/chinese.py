"""Click's own words in Chinese: usage, option headings, and what is wrong with a call."""

from __future__ import annotations

import click


class Command(click.Command):
    """A command whose help is in Chinese throughout."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for param in self._options(ctx) if (record := param.get_help_record(ctx)) is not None]
        if records:
            with formatter.section("选项"):
                formatter.write_dl([(name, text.replace("[required]", "（必须给出）")) for name, text in records])

    def _options(self, ctx: click.Context) -> list[click.Option]:
        return [param for param in self.get_params(ctx) if isinstance(param, click.Option)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这段说明。"
        return option


def explain_usage(error: click.UsageError) -> str:
    """What is wrong with a call, in one sentence, and where to look."""
    if isinstance(error, click.NoSuchOption):
        from xltool.messages import suggest

        near = suggest(error.possibilities[0] if error.possibilities else "")
        sentence = f"没有 {error.option_name} 这个选项{near}。"
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.metavar or error.param.name
        sentence = f"缺少{'选项 ' + '/'.join(error.param.opts) if isinstance(error.param, click.Option) else name}。"
    elif isinstance(error, click.BadOptionUsage):
        sentence = f"选项 {error.option_name} 后面要有值，或不能有值。"
    elif isinstance(error, click.BadParameter) and error.param is not None:
        sentence = f"{error.param.metavar or error.param.name} 的值不对：{error.message}"
    elif type(error) is click.UsageError and error.message.isascii():
        sentence = f"多给了参数（{error.message}）。"
    else:
        sentence = error.message
    context = error.ctx
    return sentence if context is None else f"{sentence}\n用法见 {context.command_path} --help。"
