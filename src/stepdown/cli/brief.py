"""Help that fits a screen: the common flags and examples; `--help-all` prints every flag."""

from typing import Any

import click


class Brief(click.Command):
    """A command whose `--help` shows the `common` flags only, and then `examples`.

    A command without `common` shows all of its flags.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  (as click.Command takes them)
        common: tuple[str, ...] = (),
        examples: tuple[str, ...] = (),
        **more: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **more)
        self.common = common
        self.examples = examples
        if common:
            self.params.append(_all())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags that are shown."""
        every = [record for one in self.get_params(ctx) if (record := one.get_help_record(ctx))]
        shown = [
            record
            for one in self.get_params(ctx)
            if (record := one.get_help_record(ctx)) and self._shows(ctx, one)
        ]
        with formatter.section("Options"):
            formatter.write_dl(shown)
        if len(shown) < len(every):
            rest = len(every) - len(shown)
            formatter.write_paragraph()
            formatter.write_text(f"{rest} more flags: {ctx.command_path} --help-all")

    def _shows(self, ctx: click.Context, parameter: click.Parameter) -> bool:
        every = not self.common or ctx.meta.get("stepdown.all", False)
        return every or bool(set(parameter.opts) & {*self.common, "--help", "--help-all"})

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{' ' * formatter.current_indent}{example}\n")


def _all() -> click.Option:
    return click.Option(
        ["--help-all"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_all,
        help="Show every flag.",
    )


def _show_all(context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if value and not context.resilient_parsing:
        context.meta["stepdown.all"] = True
        click.echo(context.get_help(), color=context.color)
        context.exit()
