"""The closed vocabulary of reason codes: why an API was refused, a candidate rejected, or a step could not be done.

Codes are stable slugs that SQL groups by. Every code belongs to one `Family`; the docs list them from this table, and
each one has a test that provokes it. A code may be given by more than one stage (`argument_type` counts as format or as
execution failure, as `checkers.format.profile` says).
"""

from enum import Enum, StrEnum
from typing import NamedTuple


class Family(Enum):
    """Where a reason code is given."""

    admission = "admission"
    reading = "reading"
    format = "format"
    execution = "execution"
    semantic = "semantic"
    infrastructure = "infrastructure"


class Reason(StrEnum):
    """A reason code. Its meaning stands in `MEANINGS`."""

    # admission: the API document is not used
    unparsable = "unparsable"
    no_description = "no_description"
    no_parameters = "no_parameters"
    invalid_schema = "invalid_schema"
    invalid_name = "invalid_name"
    default_mismatch = "default_mismatch"
    duplicate_name = "duplicate_name"
    untyped = "untyped"
    unsupported_type = "unsupported_type"
    unsupported_signature = "unsupported_signature"
    import_failed = "import_failed"
    not_probed = "not_probed"
    # reading: the model's text gives no candidate
    empty_response = "empty_response"
    refusal = "refusal"
    invalid_json = "invalid_json"
    truncated = "truncated"
    duplicate_key = "duplicate_key"
    non_finite_number = "non_finite_number"
    invalid_unicode = "invalid_unicode"
    too_deep = "too_deep"
    too_large = "too_large"
    read_not_allowed = "read_not_allowed"
    # format: the pair does not fit the offered APIs or the query style
    missing_query = "missing_query"
    missing_answers = "missing_answers"
    wrong_shape = "wrong_shape"
    unknown_function = "unknown_function"
    unknown_argument = "unknown_argument"
    missing_argument = "missing_argument"
    argument_type = "argument_type"
    argument_value = "argument_value"
    wrong_call_count = "wrong_call_count"
    wrong_function_count = "wrong_function_count"
    duplicate_call = "duplicate_call"
    placeholder = "placeholder"
    # execution: the call was made (or could not be) and did not give a usable result
    invalid_value = "invalid_value"
    runtime_error = "runtime_error"
    timeout = "timeout"
    memory = "memory"
    crash = "crash"
    unserialisable = "unserialisable"
    result_too_large = "result_too_large"
    output_flood = "output_flood"
    blocked = "blocked"
    not_found = "not_found"
    too_many_redirects = "too_many_redirects"
    error_payload = "error_payload"
    result_schema = "result_schema"
    not_executable = "not_executable"
    nondeterministic = "nondeterministic"
    # semantic: the judge's answers to the paper's five questions
    query_not_served = "query_not_served"
    wrong_functions = "wrong_functions"
    wrong_number_of_calls = "wrong_number_of_calls"
    results_do_not_fit = "results_do_not_fit"
    results_hold_errors = "results_hold_errors"
    judged_wrong = "judged_wrong"
    # infrastructure: nothing is said about the data
    rate_limited = "rate_limited"
    model_unavailable = "model_unavailable"
    model_timeout = "model_timeout"
    model_refused_request = "model_refused_request"
    content_filtered = "content_filtered"
    authentication = "authentication"
    no_answer = "no_answer"
    judge_unreadable = "judge_unreadable"
    api_unavailable = "api_unavailable"
    api_timeout = "api_timeout"
    worker_lost = "worker_lost"
    not_recorded = "not_recorded"
    no_valid_call = "no_valid_call"
    budget_spent = "budget_spent"
    not_cached = "not_cached"
    checker_failed = "checker_failed"
    generator_failed = "generator_failed"


class Meaning(NamedTuple):
    """What a code means: its family, and one sentence for the docs."""

    family: Family
    text: str


_A, _R, _F, _E, _S, _I = (
    Family.admission, Family.reading, Family.format, Family.execution, Family.semantic, Family.infrastructure,
)  # fmt: skip

MEANINGS: dict[Reason, Meaning] = {
    Reason.unparsable: Meaning(_A, "The document is not JSON or not in any form that the source reads."),
    Reason.no_description: Meaning(_A, "The API has no description, so a model cannot know what it does."),
    Reason.no_parameters: Meaning(_A, "The API takes no parameters (allow it with `admission.allow_no_parameters`)."),
    Reason.invalid_schema: Meaning(_A, "The parameters are not a valid JSON Schema object (Draft 2020-12)."),
    Reason.invalid_name: Meaning(
        _A, "The name is empty, longer than 64 characters or holds characters no model can call."
    ),
    Reason.default_mismatch: Meaning(_A, "A default does not fit the schema of its own parameter."),
    Reason.duplicate_name: Meaning(_A, "Another API of the run already has this name."),
    Reason.untyped: Meaning(_A, "A required parameter has no type: no annotation, no stub, no type in the docstring."),
    Reason.unsupported_type: Meaning(_A, "A required parameter has a type that JSON cannot express."),
    Reason.unsupported_signature: Meaning(
        _A, "The function cannot be called with named arguments (async, *args only, ...)."
    ),
    Reason.import_failed: Meaning(_A, "The module could not be imported; its functions are not known."),
    Reason.not_probed: Meaning(
        _A, "No arguments for a probe are known or could be drawn, so nobody knows whether the API works."
    ),
    Reason.empty_response: Meaning(_R, "The model answered with nothing."),
    Reason.refusal: Meaning(_R, "The model declined to answer."),
    Reason.invalid_json: Meaning(_R, "The text is not JSON and reading it would mean guessing."),
    Reason.truncated: Meaning(_R, "The text ends inside this item; complete items before it are kept."),
    Reason.duplicate_key: Meaning(_R, "An object names the same key twice, so its value is not certain."),
    Reason.non_finite_number: Meaning(_R, "A number is NaN or infinite, which JSON does not know."),
    Reason.invalid_unicode: Meaning(_R, "A string holds a lone surrogate and cannot be written as UTF-8."),
    Reason.too_deep: Meaning(_R, "The JSON is nested deeper than `reading.max_depth`."),
    Reason.too_large: Meaning(_R, "The text is longer than `reading.max_chars`."),
    Reason.read_not_allowed: Meaning(_R, "The item was read in a way that `reading.allowed` does not list."),
    Reason.missing_query: Meaning(_F, "The pair has no query, or an empty one."),
    Reason.missing_answers: Meaning(_F, "The pair has no answers."),
    Reason.wrong_shape: Meaning(_F, "Query, answers or a call are not of the standard shape."),
    Reason.unknown_function: Meaning(_F, "A call names a function that was not offered."),
    Reason.unknown_argument: Meaning(_F, "A call has an argument that its function does not take."),
    Reason.missing_argument: Meaning(_F, "A call lacks a required argument."),
    Reason.argument_type: Meaning(_F, "An argument is not of the JSON type that the schema asks for."),
    Reason.argument_value: Meaning(
        _F, "An argument has the right type and breaks an enum, range, length, pattern or format."
    ),
    Reason.wrong_call_count: Meaning(_F, "The number of calls is not what the query style asks for."),
    Reason.wrong_function_count: Meaning(_F, "The number of different functions is not what the query style asks for."),
    Reason.duplicate_call: Meaning(_F, "The same call with the same arguments is made twice."),
    Reason.placeholder: Meaning(_F, "An argument or the query is a placeholder such as <token> instead of a value."),
    Reason.invalid_value: Meaning(_E, "The function refused the value of an argument (ValueError and its kin)."),
    Reason.runtime_error: Meaning(_E, "The function raised another exception."),
    Reason.timeout: Meaning(_E, "The call did not end within its wall-clock or CPU limit."),
    Reason.memory: Meaning(_E, "The call needed more memory than it may have."),
    Reason.crash: Meaning(_E, "The process of the call died (signal, abort, exit)."),
    Reason.unserialisable: Meaning(_E, "The result cannot be written as JSON."),
    Reason.result_too_large: Meaning(_E, "The result is larger than the limit."),
    Reason.output_flood: Meaning(_E, "The call printed more than the limit."),
    Reason.blocked: Meaning(_E, "The source's policy does not allow this call."),
    Reason.not_found: Meaning(_E, "The API knows nothing by these arguments (HTTP 404, 410)."),
    Reason.too_many_redirects: Meaning(_E, "The API redirects in a circle, or more often than `max_redirects`."),
    Reason.error_payload: Meaning(
        _E, "The call succeeded, and what it gave is an error message (an error inside a successful answer)."
    ),
    Reason.result_schema: Meaning(_E, "The result is not of the shape that the API's document promises."),
    Reason.not_executable: Meaning(
        _E, "The API has no implementation and `checkers.execution.on_unexecutable` is `reject`."
    ),
    Reason.nondeterministic: Meaning(
        _E, "The same call made again gave another result, and `on_nondeterministic` is `reject`."
    ),
    Reason.query_not_served: Meaning(_S, "The calls do not serve the query, or an argument contradicts it."),
    Reason.wrong_functions: Meaning(_S, "The functions are badly chosen for the query."),
    Reason.wrong_number_of_calls: Meaning(_S, "The query asks for more or fewer calls than were made."),
    Reason.results_do_not_fit: Meaning(_S, "The results do not fit the purpose of the functions or the query."),
    Reason.results_hold_errors: Meaning(_S, "The results hold errors."),
    Reason.judged_wrong: Meaning(_S, "The judge failed the pair without naming one of the five questions."),
    Reason.rate_limited: Meaning(_I, "The provider's rate limit held after all retries."),
    Reason.model_unavailable: Meaning(_I, "The provider could not be reached or answered 5xx after all retries."),
    Reason.model_timeout: Meaning(_I, "The model did not answer within its time-out after all retries."),
    Reason.model_refused_request: Meaning(
        _I, "The provider refused the request (HTTP 4xx): wrong model name or parameter."
    ),
    Reason.content_filtered: Meaning(
        _I, "The provider's content filter refused the prompt, or held the whole answer back."
    ),
    Reason.authentication: Meaning(_I, "The provider refused the key."),
    Reason.no_answer: Meaning(_I, "The provider's answer held no choices, no content or no JSON."),
    Reason.judge_unreadable: Meaning(_I, "The judge's answer could not be read, twice."),
    Reason.api_unavailable: Meaning(
        _I, "The API could not be reached, broke off or answered 5xx, after all retries; or its source is given a rest."
    ),
    Reason.api_timeout: Meaning(_I, "The API did not begin to answer within its time-out."),
    Reason.worker_lost: Meaning(_I, "The process that executes calls was lost, again after a retry."),
    Reason.not_recorded: Meaning(_I, "The cassette holds no result of this call, and replaying makes none."),
    Reason.no_valid_call: Meaning(
        _I, "No call that executes could be drawn for the sampled APIs (`generator: call_first`)."
    ),
    Reason.budget_spent: Meaning(
        _I, "The run's budget was spent before this could be asked; `resume` with a larger one finishes it."
    ),
    Reason.not_cached: Meaning(_I, "The response cache holds no answer to this request, and `cache.mode` is offline."),
    Reason.checker_failed: Meaning(_I, "A checker itself failed; the traceback is in the verdict's detail."),
    Reason.generator_failed: Meaning(
        _I, "The generator or its model itself failed; the traceback is in the request's detail."
    ),
}
