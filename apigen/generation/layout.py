"""How a sample is laid out as messages, and the JSON Schema of the answer wanted.

What never changes stands first (the system message), so that servers can reuse their prefix cache; the functions come
next, what is particular to one request last. Data stands in tagged blocks of JSON.
"""

from collections.abc import Iterable, Sequence

from apigen.records import Api, Call, Json, Message, Sample, json_list, json_text

RESULT_CHARS = 300

QUERY_FIRST = """\
You write training data for models that call functions. You are given the documents of some functions, a few \
examples, and instructions for one kind of query. Write pairs of a user's query and the function calls that answer it.

Rules:
- The query is what a person would type. It never names a function, and it states every value that the calls need.
- Use only the functions that are given, and only the arguments that they document, with values of the documented \
types. Give every required argument; leave out optional arguments that the query does not mention.
- Use realistic, concrete and varied values, never placeholders. The calls must run without an error.
- The pairs differ from each other and from the examples.

Answer with a JSON list and nothing else:
[{"query": "...", "answers": [{"name": "...", "arguments": {"...": ...}}]}]
Each item of "answers" is one call."""

CALL_FIRST = """\
You write training data for models that call functions. You are given the documents of some functions and lists of \
calls with their results. For each list, write the one query of a user that these calls answer.

Rules:
- The query is what a person would type. It never names a function and never tells the result.
- It states every value of every call so that the calls follow from it, and asks for nothing else.

Answer with a JSON list and nothing else, one item for each list of calls; the number is its place, from 1:
[{"number": 1, "query": "..."}]"""

_QUERY_FIRST = Message(role="system", content=QUERY_FIRST)
_CALL_FIRST = Message(role="system", content=CALL_FIRST)


def query_first_messages(sample: Sample, call_examples: int = 0) -> tuple[Message, ...]:
    """Messages that ask for queries and calls; functions are shown with up to `call_examples` calls of them."""
    examples = _lines(example.pair_text for example in sample.examples)
    shown = f"<examples>\n{examples}\n</examples>\n\n" if sample.examples else ""
    user = (
        f"{_functions(sample.apis, call_examples)}{shown}"
        f"{_task(sample.apis)}\n"
        f"Query style: {sample.style.name}. {sample.style.instruction}\n"
        f"Calls per query: {_range(sample.style.calls)}\n"
        f"Different functions per query: {_range(sample.style.functions)}\n"
        f"{_manner(sample)}"
        f"Number of pairs: {sample.pairs}"
    )
    return _QUERY_FIRST, Message(role="user", content=user)


def call_first_messages(
    sample: Sample, calls: Sequence[Sequence[Call]], results: Sequence[Sequence[Json]], max_result_chars: int
) -> tuple[Message, ...]:
    """Messages that ask for the queries to given calls; each result is cut to `max_result_chars`."""
    user = (
        f"{_functions(sample.apis)}"
        f"<calls>\n{_lines(json_list(call.text for call in group) for group in calls)}\n</calls>\n"
        f"<results>\n{_lines(_results(group, max_result_chars) for group in results)}\n</results>\n\n"
        f"Query style: {sample.style.name}. {sample.style.instruction}\n"
        f"{_manner(sample)}"
        f"Number of queries: {len(calls)}"
    )
    return _CALL_FIRST, Message(role="user", content=user)


def pairs_schema(apis: Sequence[Api], size: int) -> dict[str, Json]:
    """JSON Schema of `{"pairs": [{query, answers}]}`, `size` of them, where each call fits its function's document.

    The number stands in it because a small model that is held to a schema without one goes on until it is cut off.
    """
    calls = [_object({"name": {"type": "string", "const": api.name}, "arguments": api.parameters}) for api in apis]
    answers = {"type": "array", "items": calls[0] if len(calls) == 1 else {"anyOf": calls}}
    return _list_of(_object({"query": {"type": "string"}, "answers": answers}), size)


def queries_schema(size: int) -> dict[str, Json]:
    """JSON Schema of `{"pairs": [{number, query}]}`, one for each of the `size` lists of calls."""
    number = {"type": "integer", "enum": list(range(1, size + 1))}
    return _list_of(_object({"number": number, "query": {"type": "string"}}), size)


def shortened(value: Json, limit: int) -> Json:
    """`value`, or the first `limit` characters of its JSON text with a mark, if that is longer."""
    text = json_text(value)
    return value if len(text) <= limit else f"{text[:limit]} … ({len(text)} characters in all)"


def _task(apis: Sequence[Api]) -> str:
    names = ", ".join(f"`{api.name}`" for api in apis)
    return f"Write query-answers pairs for the function{'s' if len(apis) > 1 else ''} {names}."


def _functions(apis: Sequence[Api], call_examples: int = 0) -> str:
    documents = _lines(_document(api, call_examples) for api in apis)
    return f"<functions>\n{documents}\n</functions>\n\n"


def _document(api: Api, call_examples: int) -> str:
    """The document of a function, with example calls and their results as its last keys if there are any."""
    examples = _examples(api, call_examples)
    return f"{api.document_text[:-1]}, {json_text(examples)[1:]}" if examples else api.document_text


def _examples(api: Api, count: int) -> dict[str, Json]:
    """Example calls, and results of calls that were made, for a model that has not seen the function work."""
    shown: dict[str, Json] = {"examples": list(api.examples[:count])} if api.examples[:count] else {}
    results = [one | {"result": shortened(one["result"], RESULT_CHARS)} for one in api.results[:count]]
    return shown | ({"results": results} if results else {})


def _results(results: Sequence[Json], limit: int) -> str:
    return json_text([shortened(result, limit) for result in results])


def _manner(sample: Sample) -> str:
    return f"Writing style ({sample.template}): {sample.instruction}\n"


def _lines(texts: Iterable[str]) -> str:
    """A JSON list with one item a line, from the JSON texts of the items."""
    return "[" + ",\n ".join(texts) + "]"


def _range(bounds: tuple[int, int]) -> str:
    low, high = bounds
    return str(low) if low == high else f"{low}-{high}"


def _object(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(item: dict[str, Json], size: int) -> dict[str, Json]:
    return _object({"pairs": {"type": "array", "items": item, "minItems": size, "maxItems": size}})
