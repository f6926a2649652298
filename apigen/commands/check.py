"""`apigen check`: what a configuration would do, without doing it: nothing is asked, spent or written."""

from collections.abc import Sequence

from apigen.commands.composed import own_flags, with_pipeline
from apigen.commands.options import Options


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    if any(argument in ("-h", "--help") for argument in arguments):
        Options(
            "check",
            "Validate a configuration and show what a run would do: the plan of the first requests, three prompts in\n"
            "full, and how many requests, judgements, tokens, US dollars and minutes to expect, measured on the\n"
            "nearest earlier run where there is one. Asks no model, spends nothing, writes nothing.",
            "[key=value …]",
            [
                "apigen check",
                "apigen check experiment=openai",
                "apigen check generator=call_first style=[parallel]",
                "apigen check model=openai/gpt-4o-mini budget.max_cost=5      does it suffice?",
                "apigen check target.verified=500                             how many requests does that need?",
                "apigen check --cfg job                   print the composed configuration",
            ],
        ).read(["--help"])
        return 0
    _, overrides = own_flags("check", arguments)
    from apigen.reporting.preview import print_preview

    with_pipeline(print_preview, overrides)
    return 0
