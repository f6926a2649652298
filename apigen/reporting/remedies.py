"""What to do about an error of the infrastructure: one remedy a reason code, with the command or key to type.

`{role}` stands for the configuration key of the model that failed: `model` or `judge`. Some errors of an API that is
called have the codes of a model's, and remedies of their own.
"""

from apigen.reasons import Reason

REMEDIES: dict[Reason, str] = {
    Reason.rate_limited: "send fewer requests at a time: concurrency=2",
    Reason.model_unavailable: (
        "check that the server runs and that {role}.base_url leads to it; curl BASE_URL/models should answer"
    ),
    Reason.model_timeout: "give it longer, {role}.timeout=300, or fewer requests at a time, concurrency=2",
    Reason.model_refused_request: (
        "check the model's name, and the parameters that it takes; `apigen check --cfg job` prints what is sent under "
        "`{role}:`"
    ),
    Reason.content_filtered: (
        "leave out the APIs or prompt templates that the provider objects to, or ask another model, {role}=…"
    ),
    Reason.authentication: (
        "check the key: export OPENAI_API_KEY=… (the variable that your provider's models use), or "
        "{role}.api_key='${{oc.env:MY_KEY}}'"
    ),
    Reason.no_answer: "leave the model more room, since thinking uses it up: {role}.max_tokens=16384",
    Reason.judge_unreadable: "ask another model to judge: model@judge=openai/gpt-4o",
    Reason.api_unavailable: (
        "check that the API answers (curl) and that this machine reaches it; for a slow or strict server: "
        "executors.http.rate_per_host=1 executors.http.retries=5"
    ),
    Reason.api_timeout: "give it longer, the source's `timeout` or executors.http.timeout=60, or fewer calls at a time",
    Reason.worker_lost: (
        "allow more memory or time to import, executors.python.memory_mb=4096 executors.python.import_timeout=300, "
        "or leave out the source of that function"
    ),
    Reason.not_recorded: "record the calls first: execution=record; or make them: execution=live",
    Reason.no_valid_call: "try more often, generator.attempts=50, or let the model write them: generator=query_first",
    Reason.budget_spent: "go on with a larger budget: apigen generate resume=RUN budget.max_cost=…",
    Reason.not_cached: "let what is missing be asked for: cache.mode=use",
    Reason.generator_failed: (
        "this is a bug; the traceback: apigen sql \"SELECT detail FROM requests WHERE reason = 'generator_failed' "
        'LIMIT 1" --format csv'
    ),
    Reason.checker_failed: (
        "this is a bug of the checker; the traceback: apigen sql \"SELECT detail FROM verdicts WHERE reason = "
        "'checker_failed' LIMIT 1\" --format csv"
    ),
}  # fmt: skip

API_REMEDIES: dict[Reason, str] = {
    Reason.authentication: (
        "check the API's key: the environment variables that its source names (sources.NAME.auth for REST; env and "
        "headers_env for MCP), and whether that account may make this call"
    ),
    Reason.rate_limited: "call the API less often: sources.NAME.rate=1, or executors.http.rate_per_host=1 for all",
}

FEWER_QUESTIONS = (
    "the judge leaves out some of the five questions; ask it for its verdict only: checkers.semantic.answer=verdict"
)


def remedy(reason: str | None, detail: str = "", *, role: str = "model") -> str:
    """What to do about errors with this reason code; empty if nothing is known.

    Args:
        role: whose error it is: `model`, `judge`, or `api` for one that was called.
    """
    if reason == Reason.judge_unreadable and detail.startswith("no `") and not detail.startswith("no `pass`"):
        return FEWER_QUESTIONS
    texts = REMEDIES | API_REMEDIES if role == "api" else REMEDIES
    known = {str(code): text for code, text in texts.items()}
    return known.get(str(reason), "").format(role=role)
