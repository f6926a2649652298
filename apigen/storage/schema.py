"""The tables of a run's database, declared once: DDL, comments in the database and docs come from here.

Everything that people group or filter by is a typed column; JSON text is for payloads only. Arguments never pass
through a numeric column, since that would turn integers into floats.
"""

from typing import NamedTuple


class Column(NamedTuple):
    """A column: name, DuckDB type, one sentence of meaning."""

    name: str
    type: str
    comment: str


class Table(NamedTuple):
    """A table with its columns in the order in which rows are written."""

    name: str
    comment: str
    columns: tuple[Column, ...]


RUN = Column("run", "VARCHAR", "Name of the run: its folder below the output folder.")


def _table(name: str, comment: str, *columns: tuple[str, str, str]) -> Table:
    return Table(name, comment, (RUN, *(Column(*column) for column in columns)))


RUNS = _table(
    "runs",
    "One row a run: its settings, how it ended, and what stood between calls and the machine.",
    ("name", "VARCHAR", "The setting `name`."),
    ("id", "VARCHAR", "Unique id of the run, also in the run.json beside this file."),
    (
        "status",
        "VARCHAR",
        "running, finished, interrupted, stopped (its budget was spent) or failed; a run that was killed stays at "
        "running. All but finished ones can be resumed.",
    ),
    ("started_at", "TIMESTAMP", "When the run started, UTC."),
    ("finished_at", "TIMESTAMP", "When it ended, UTC; null while it runs."),
    ("seconds", "DOUBLE", "Seconds of work, all sittings together; of one that was killed, up to its last commit."),
    ("sent", "BIGINT", "Requests sent to models, failed attempts included, as far as `seconds` goes."),
    ("resumed", "INTEGER", "How often it was continued."),
    ("seed", "BIGINT", "Seed of the plan and of every model request."),
    ("requests", "BIGINT", "Requests planned; null if a target decides when it ends."),
    ("model", "VARCHAR", "The generator's model."),
    ("judge", "VARCHAR", "The semantic checker's model; null if no checker uses it."),
    ("strategy", "VARCHAR", "query_first or call_first."),
    ("checkers", "VARCHAR[]", "Names of the checkers, in order."),
    ("mode", "VARCHAR", "cascade (stop at the first failure) or shadow (every checker judges all it can)."),
    ("simulated", "BOOLEAN", "Whether the generator or the judge is the offline model."),
    ("isolation", "VARCHAR", "What stood between executed calls and the machine."),
    ("overrides", "MAP(VARCHAR, VARCHAR)", "The command-line overrides, key to value, to compare runs by."),
    ("config", "JSON", "The composed configuration, secrets as references only."),
    ("version", "VARCHAR", "Version of apigen."),
    ("estimate", "JSON", "What was expected at the start: requests, judgements, tokens, cost, seconds, and of what."),
    ("detail", "VARCHAR", "Why the run failed or stopped, or which of its targets it fell short of."),
)

APIS = _table(
    "apis",
    "Every API document that a source gave: admitted, or refused with a reason.",
    ("api", "VARCHAR", "Name of the function, as models call it."),
    ("source", "VARCHAR", "Key of the source in the configuration."),
    ("category", "VARCHAR", "Category, one of the 21 of the paper or the source's own."),
    ("admitted", "BOOLEAN", "Whether the run may use it."),
    ("reason", "VARCHAR", "Reason code of the refusal."),
    ("detail", "VARCHAR", "What was wrong, and where."),
    ("description", "VARCHAR", "What a model is told it does."),
    ("parameters", "JSON", "JSON Schema of the arguments."),
    ("returns", "JSON", "JSON Schema of the result, if known."),
    ("executable", "BOOLEAN", "Whether calls can really be made."),
    ("examples", "JSON", "Arguments of calls known to be sensible."),
    ("notes", "VARCHAR[]", "What the conversion at the source changed."),
    ("document_hash", "VARCHAR", "Version of the document: hash of name, description and parameters."),
    ("document", "VARCHAR", "The original document of a refused API, shortened."),
)

REQUESTS = _table(
    "requests",
    "One row a generation request: what was sampled, sent, answered, and what it cost.",
    ("request", "BIGINT", "Number of the request in the plan, from 0."),
    ("style", "VARCHAR", "Query style."),
    ("template", "VARCHAR", "Prompt template."),
    ("strategy", "VARCHAR", "query_first or call_first."),
    ("apis", "VARCHAR[]", "Names of the offered APIs, in the order offered."),
    ("examples", "VARCHAR[]", "Ids of the examples shown."),
    ("verified_examples", "INTEGER", "How many of the examples are verified entries of this run."),
    ("pairs", "INTEGER", "Query-answers pairs asked for."),
    ("items", "INTEGER", "Candidates read from the answer."),
    ("outcome", "VARCHAR", "passed (answered) or error."),
    ("reason", "VARCHAR", "Reason code of the error."),
    ("detail", "VARCHAR", "What went wrong."),
    ("model", "VARCHAR", "Model that answered."),
    ("simulated", "BOOLEAN", "Whether the answer came from the offline model."),
    ("seed", "BIGINT", "Seed sent to the model."),
    ("messages", "JSON", "The prompt."),
    ("response", "VARCHAR", "The answer, as it came."),
    ("finish_reason", "VARCHAR", "Why the model stopped: stop, length, …"),
    ("prompt_tokens", "BIGINT", "Tokens of the prompt, as the provider counts them."),
    ("completion_tokens", "BIGINT", "Tokens of the answer."),
    ("cost", "DOUBLE", "US dollars; null if the price is unknown."),
    ("latency", "DOUBLE", "Seconds from sending to answer."),
    ("attempts", "INTEGER", "How often it was sent."),
    ("cached", "BOOLEAN", "Whether the answer came from the response cache and another run paid for it."),
    ("retries", "INTEGER", "How often it was made anew by resume because it had ended in an error."),
)

CANDIDATES = _table(
    "candidates",
    "Every query-answers pair read from a model's answer, good or bad; never changed by a checker.",
    ("candidate", "VARCHAR", "Id: request and position, unique in the run."),
    ("request", "BIGINT", "Request it came from."),
    ("position", "INTEGER", "Place in the answer, from 0."),
    ("style", "VARCHAR", "Query style asked for."),
    ("query", "VARCHAR", "The user's query; null if unreadable."),
    ("calls", "JSON", "The calls: list of name and arguments; null if unreadable."),
    ("functions", "VARCHAR[]", "Names of the functions called, in order."),
    ("text", "VARCHAR", "The candidate's part of the answer, as it came."),
    ("read", "VARCHAR", "How it was read: strict, fence, prose, trailing_comma, salvaged, …"),
    ("problem", "VARCHAR", "Reason code if it could not be read into query and calls."),
    ("problem_detail", "VARCHAR", "What could not be read, and where."),
    ("model", "VARCHAR", "Model that wrote it."),
    ("simulated", "BOOLEAN", "Whether that is the offline model."),
    ("depth", "INTEGER", "Generations from the original seeds: 1 if its prompt showed only seeds."),
    ("parents", "VARCHAR[]", "Ids of the examples that its prompt showed."),
    ("injected", "VARCHAR[]", "Defects that the offline model put in on purpose; checkers never see this."),
)

VERDICTS = _table(
    "verdicts",
    "One row for each judgement of a candidate by a checker.",
    ("candidate", "VARCHAR", "Candidate judged."),
    ("position", "INTEGER", "Place of the checker in the order, from 0."),
    ("stage", "VARCHAR", "Stage: format, execution, semantic, or that of a checker of yours."),
    ("checker", "VARCHAR", "Key of the checker in the configuration."),
    ("outcome", "VARCHAR", "passed, rejected or error (infrastructure; never counts as quality)."),
    ("reason", "VARCHAR", "Reason code, if not passed."),
    ("detail", "VARCHAR", "What was wrong and where; the judge's thought."),
    ("answers", "JSON", "A judge's answers, question by question."),
    ("duration", "DOUBLE", "Seconds that the judgement took."),
    ("model", "VARCHAR", "Judge model, if one was asked."),
    ("simulated", "BOOLEAN", "Whether that is the offline model."),
    ("prompt_tokens", "BIGINT", "Tokens sent to the judge."),
    ("completion_tokens", "BIGINT", "Tokens of its answers."),
    ("cost", "DOUBLE", "US dollars; null if the price is unknown."),
    ("cached", "BOOLEAN", "Whether the judge's answers came from the response cache and another run paid for them."),
    ("retries", "INTEGER", "How often the candidate was judged anew by resume because a checker had said error."),
)

EXECUTIONS = _table(
    "executions",
    "One row for each call of a candidate that the execution checker looked at.",
    ("candidate", "VARCHAR", "Candidate the call belongs to."),
    ("position", "INTEGER", "Place of the call in the candidate, from 0."),
    ("api", "VARCHAR", "Function called."),
    ("arguments", "JSON", "Arguments given."),
    ("outcome", "VARCHAR", "passed, rejected or error."),
    ("how", "VARCHAR", "executed if the call was really made, replayed if its result was recorded, else not_executed."),
    ("reason", "VARCHAR", "Reason code, if not passed."),
    ("error_type", "VARCHAR", "Class of the exception."),
    ("message", "VARCHAR", "Its message."),
    ("result", "JSON", "What the function returned."),
    ("output", "VARCHAR", "The first of what it printed."),
    ("duration", "DOUBLE", "Seconds that the call took."),
    ("document_hash", "VARCHAR", "Version of the API document that the call was made against."),
    ("recorded_at", "TIMESTAMP", "When the call was really made, UTC; null if it was not."),
    ("deterministic", "BOOLEAN", "Whether the same call made again gave the same result; null if it was made once."),
    ("state_before", "JSON", "State of the instance before the call; null if the API has none or it is not known."),
    ("state_after", "JSON", "State of the instance after the call."),
    ("state_note", "VARCHAR", "What of the state has no JSON form and is left out, or why it is not known."),
    ("changes", "JSON", "Difference of the states: list of path (a JSON Pointer), before and after."),
    ("effect", "VARCHAR", "write if the call changed the state, read if not; null if a state is not known."),
)

PROBES = _table(
    "probes",
    "One row for each call that admission made to find out whether an API works (`admission.probe`).",
    ("api", "VARCHAR", "Function called."),
    ("attempt", "INTEGER", "Number of the call, from 0; an API is refused if all of its calls failed."),
    ("arguments", "JSON", "Arguments given: an example of the document, or drawn by schema."),
    ("outcome", "VARCHAR", "passed, rejected or error."),
    ("how", "VARCHAR", "executed, replayed or not_executed."),
    ("reason", "VARCHAR", "Reason code, if not passed."),
    ("error_type", "VARCHAR", "Class of the exception."),
    ("message", "VARCHAR", "Its message."),
    ("result", "JSON", "What the function returned."),
    ("duration", "DOUBLE", "Seconds that the call took."),
    ("document_hash", "VARCHAR", "Version of the API document that the call was made against."),
)

REVERIFICATIONS = _table(
    "reverifications",
    "One row for each call of a verified entry that `apigen reverify` made again.",
    ("entry", "VARCHAR", "Entry that the call belongs to."),
    ("position", "INTEGER", "Place of the call in the entry, from 0."),
    ("api", "VARCHAR", "Function called."),
    ("outcome", "VARCHAR", "same, drifted (another result), failed, changed (document; same result) or gone (API)."),
    ("reason", "VARCHAR", "Reason code of a call that failed now."),
    ("detail", "VARCHAR", "What is different."),
    ("result", "JSON", "The result now, if there is one."),
    ("document_hash", "VARCHAR", "Version of the API document now."),
    ("reverified_at", "TIMESTAMP", "When the reverification began, UTC; equal for all of its rows."),
)

TABLES = (RUNS, APIS, REQUESTS, CANDIDATES, VERDICTS, EXECUTIONS, PROBES, REVERIFICATIONS)
