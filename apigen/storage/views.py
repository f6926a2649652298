"""The views over the tables: the dataset itself, and the questions that everybody asks of a run."""

from typing import NamedTuple


class View(NamedTuple):
    """A view: name, meaning, its columns with their meaning, and its query."""

    name: str
    comment: str
    columns: dict[str, str]
    query: str


OUTCOMES = View(
    "outcomes",
    "What became of each candidate: passed if every checker of the run passed it, else the first that did not; error "
    "without a reason if a checker gave no verdict at all.",
    {
        "run": "Name of the run.",
        "candidate": "Candidate.",
        "style": "Query style asked for.",
        "model": "Model that wrote it.",
        "outcome": "passed, rejected or error.",
        "stage": "First stage that did not pass it; reading if it was never judged because it could not be read.",
        "reason": "Reason code of that stage.",
        "detail": "What that stage said.",
    },
    """
    WITH judged AS (
        SELECT run, candidate, list(checker) AS checkers,
            arg_min(struct_pack(stage, outcome, reason, detail), position) FILTER (outcome <> 'passed') AS failure
        FROM verdicts GROUP BY run, candidate
    ),
    found AS (
        SELECT c.run, c.candidate, c.style, c.model, j.failure,
            CASE WHEN c.problem IS NOT NULL
                 THEN struct_pack(stage := 'reading', outcome := 'rejected', reason := c.problem,
                                  detail := c.problem_detail) END AS problem,
            list_filter(r.checkers, lambda name: NOT list_contains(coalesce(j.checkers, []), name))[1] AS missing
        FROM candidates c LEFT JOIN judged j USING (run, candidate) LEFT JOIN runs r ON r.run = c.run
    ),
    first_failure AS (
        SELECT *, coalesce(failure, problem, CASE WHEN missing IS NOT NULL
            THEN struct_pack(stage := missing, outcome := 'error', reason := NULL::VARCHAR,
                             detail := 'this checker gave no verdict') END) AS first
        FROM found
    )
    SELECT run, candidate, style, model, coalesce(first.outcome, 'passed') AS outcome, first.stage AS stage,
        first.reason AS reason, first.detail AS detail
    FROM first_failure
    """,
)

ENTRIES = View(
    "entries",
    "The verified dataset: candidates that every checker passed, in the order of the plan.",
    {
        "run": "Name of the run.",
        "id": "Id of the entry; equal to its candidate.",
        "style": "Query style.",
        "query": "The user's query.",
        "tools": "Documents of the offered functions, JSON list.",
        "answers": "The right calls, JSON list of name and arguments.",
        "results": "Results of the calls, JSON list; null where a call was not executed.",
        "executed": "Whether every call was really made, in this run or when its result was recorded.",
        "how": "executed, replayed, not_executed or mixed.",
        "simulated": "Whether the offline model wrote or judged it.",
        "model": "Model that wrote it.",
        "template": "Prompt template.",
        "functions": "Names of the functions called, in order.",
        "depth": "Generations from the original seeds.",
        "parents": "Ids of the examples that its prompt showed.",
    },
    """
    WITH passed AS (SELECT run, candidate FROM outcomes WHERE outcome = 'passed'),
    results AS (
        SELECT run, candidate,
            ('[' || string_agg(coalesce(result::VARCHAR, 'null'), ', ' ORDER BY position) || ']')::JSON AS results,
            bool_and(how IN ('executed', 'replayed')) AS executed,
            CASE WHEN count(DISTINCT how) = 1 THEN min(how) ELSE 'mixed' END AS how
        FROM executions GROUP BY run, candidate
    ),
    judged AS (SELECT run, candidate, bool_or(simulated) AS simulated FROM verdicts GROUP BY run, candidate),
    offered AS (
        SELECT r.run, r.request,
            ('[' || string_agg('{"name": ' || to_json(a.api) || ', "description": ' || to_json(a.description)
                               || ', "parameters": ' || a.parameters::VARCHAR || '}', ', ' ORDER BY o.place)
             || ']')::JSON AS tools  -- by text, since JSON functions of DuckDB round long numbers
        FROM requests r, (SELECT run, request, unnest(apis) AS api, generate_subscripts(apis, 1) AS place
                          FROM requests) o, apis a
        WHERE o.run = r.run AND o.request = r.request AND a.run = o.run AND a.api = o.api AND a.admitted
        GROUP BY r.run, r.request
    )
    SELECT c.run, c.candidate AS id, c.style, c.query, offered.tools, c.calls AS answers, results.results,
        coalesce(results.executed, false) AS executed, coalesce(results.how, 'not_executed') AS how,
        c.simulated OR coalesce(judged.simulated, false) AS simulated,
        c.model, r.template, c.functions, c.depth, c.parents
    FROM passed JOIN candidates c USING (run, candidate)
    JOIN requests r ON r.run = c.run AND r.request = c.request
    JOIN offered ON offered.run = c.run AND offered.request = c.request
    LEFT JOIN results ON results.run = c.run AND results.candidate = c.candidate
    LEFT JOIN judged ON judged.run = c.run AND judged.candidate = c.candidate
    ORDER BY c.run, c.request, c.position
    """,
)

FUNNEL = View(
    "funnel",
    "How many candidates each stage judged, passed and rejected, in order.",
    {
        "run": "Name of the run.",
        "position": "Place of the checker in the order.",
        "stage": "Stage.",
        "checker": "Key of the checker.",
        "judged": "Candidates it judged.",
        "passed": "Passed.",
        "rejected": "Rejected.",
        "errors": "Not judged because of the infrastructure.",
        "pass_rate": "Passed, as a share of passed and rejected.",
    },
    """
    SELECT run, position, stage, checker, count(*) AS judged,
        count(*) FILTER (outcome = 'passed') AS passed,
        count(*) FILTER (outcome = 'rejected') AS rejected,
        count(*) FILTER (outcome = 'error') AS errors,
        count(*) FILTER (outcome = 'passed') / nullif(count(*) FILTER (outcome <> 'error'), 0) AS pass_rate
    FROM verdicts GROUP BY run, position, stage, checker ORDER BY run, position
    """,
)

REASONS = View(
    "reasons",
    "Why candidates did not pass: the first stage that did not pass them, and its reason code.",
    {
        "run": "Name of the run.",
        "style": "Query style.",
        "stage": "First stage that did not pass the candidate.",
        "outcome": "rejected or error.",
        "reason": "Reason code.",
        "candidates": "How many.",
        "example": "Id of one of them, for `apigen show`.",
    },
    """
    SELECT run, style, stage, outcome, reason, count(*) AS candidates, min(candidate) AS example
    FROM outcomes WHERE outcome <> 'passed'
    GROUP BY run, style, stage, outcome, reason ORDER BY run, candidates DESC, stage, reason, style
    """,
)

COVERAGE = View(
    "coverage",
    "How often each admitted API was offered, called in a candidate, and called in a verified entry.",
    {
        "run": "Name of the run.",
        "api": "API.",
        "source": "Its source.",
        "category": "Its category.",
        "offered": "Requests that offered it.",
        "called": "Candidates that call it.",
        "verified": "Verified entries that call it.",
    },
    """
    WITH offered AS (SELECT run, api, count(*) AS n FROM (SELECT run, unnest(apis) AS api FROM requests)
                     GROUP BY run, api),
    called AS (
        SELECT run, api, count(*) AS n, count(*) FILTER (outcome = 'passed') AS verified
        FROM (SELECT run, candidate, unnest(list_distinct(functions)) AS api FROM candidates)
        JOIN outcomes USING (run, candidate) GROUP BY run, api
    )
    SELECT a.run, a.api, a.source, a.category, coalesce(offered.n, 0) AS offered, coalesce(called.n, 0) AS called,
        coalesce(called.verified, 0) AS verified
    FROM apis a LEFT JOIN offered USING (run, api) LEFT JOIN called USING (run, api)
    WHERE a.admitted ORDER BY a.run, a.category, a.api
    """,
)

EFFECTS = View(
    "effects",
    "Read and write tools of classes with state, told apart by what their calls did to it.",
    {
        "run": "Name of the run.",
        "api": "API.",
        "calls": "Calls of it with a known state before and after.",
        "writes": "Calls that changed the state.",
        "reads": "Calls that did not.",
        "effect": "write if any call changed the state, else read.",
    },
    """
    SELECT run, api, count(*) AS calls, count(*) FILTER (effect = 'write') AS writes,
        count(*) FILTER (effect = 'read') AS reads,
        CASE WHEN bool_or(effect = 'write') THEN 'write' ELSE 'read' END AS effect
    FROM executions WHERE effect IS NOT NULL GROUP BY run, api ORDER BY run, api
    """,
)

SPENDING = View(
    "spending",
    "What each answer of a model cost: one row for each answered request and for each judgement by a judge.",
    {
        "run": "Name of the run.",
        "stage": "generation, or the stage of the checker that asked.",
        "request": "Generation request that it belongs to.",
        "candidate": "Candidate judged; null for generation.",
        "style": "Query style.",
        "writer": "Model that wrote what it is about: for generation the same as model.",
        "model": "Model that answered.",
        "simulated": "Whether that is the offline model.",
        "cached": "Whether it came from the response cache and another run paid for it.",
        "prompt_tokens": "Tokens sent.",
        "completion_tokens": "Tokens answered.",
        "cost": "Its price in US dollars, whoever paid; null if unknown.",
        "paid": "What this run paid: 0 if it was cached, null if unknown.",
    },
    """
    WITH answered AS (
        SELECT run, 'generation' AS stage, request, NULL::VARCHAR AS candidate, style, model AS writer, model,
            simulated, coalesce(cached, false) AS cached, prompt_tokens, completion_tokens, cost
        FROM requests WHERE model IS NOT NULL
        UNION ALL
        SELECT v.run, v.stage, c.request, v.candidate, c.style, c.model, v.model, v.simulated,
            coalesce(v.cached, false), v.prompt_tokens, v.completion_tokens, v.cost
        FROM verdicts v LEFT JOIN candidates c USING (run, candidate) WHERE v.model IS NOT NULL
    )
    SELECT *, CASE WHEN cached THEN 0.0 ELSE cost END AS paid FROM answered
    """,
)

COSTS = View(
    "costs",
    "Answers, tokens and money by stage and model, with the share of each verified entry of the run.",
    {
        "run": "Name of the run.",
        "stage": "generation, or the stage of the checker that asked.",
        "model": "Model that answered.",
        "simulated": "Whether it is the offline model.",
        "requests": "Requests answered, or judgements made.",
        "cached": "How many of them came from the response cache and another run paid for.",
        "prompt_tokens": "Tokens sent.",
        "completion_tokens": "Tokens answered.",
        "cost": "Their price in US dollars, whoever paid; null if that of any of them is unknown.",
        "unknown": "How many have no known price.",
        "paid": "What this run paid; null if any price of it is unknown.",
        "saved": "What the response cache saved; null if any price of it is unknown.",
        "cost_per_entry": "Price for each verified entry of the run.",
    },
    """
    WITH verified AS (SELECT run, count(*) AS n FROM outcomes WHERE outcome = 'passed' GROUP BY run),
    summed AS (
        SELECT run, stage, model, simulated, count(*) AS requests, count(*) FILTER (cached) AS cached,
            sum(prompt_tokens)::BIGINT AS prompt_tokens, sum(completion_tokens)::BIGINT AS completion_tokens,
            CASE WHEN count(*) = count(cost) THEN sum(cost) END AS cost, count(*) - count(cost) AS unknown,
            CASE WHEN count(*) = count(paid) THEN sum(paid) END AS paid,
            CASE WHEN bool_and(cost IS NOT NULL OR NOT cached)
                 THEN coalesce(sum(cost) FILTER (cached), 0.0) END AS saved
        FROM spending GROUP BY run, stage, model, simulated
    )
    SELECT summed.*, cost / nullif(verified.n, 0) AS cost_per_entry
    FROM summed LEFT JOIN verified USING (run) ORDER BY run, stage <> 'generation', stage, model
    """,
)

CANDIDATE_COSTS = View(
    "candidate_costs",
    "What each candidate cost: its part of its request, shared evenly by the candidates of an answer, and its "
    "judgements. An answer without candidates is in nobody's part.",
    {
        "run": "Name of the run.",
        "candidate": "Candidate.",
        "style": "Query style asked for.",
        "model": "Model that wrote it.",
        "outcome": "passed, rejected or error.",
        "generation": "Its part of the request's price in US dollars; null if unknown.",
        "judging": "Price of its judgements; 0 if there are none, null if unknown.",
        "cost": "Both together.",
    },
    """
    WITH judged AS (
        SELECT run, candidate, CASE WHEN count(*) = count(cost) THEN sum(cost) END AS cost
        FROM verdicts WHERE model IS NOT NULL GROUP BY run, candidate
    ),
    priced AS (
        SELECT o.run, o.candidate, o.style, o.model, o.outcome, r.cost / r.items AS generation,
            CASE WHEN j.candidate IS NULL THEN 0.0 ELSE j.cost END AS judging
        FROM outcomes o JOIN candidates c USING (run, candidate)
        LEFT JOIN requests r ON r.run = c.run AND r.request = c.request
        LEFT JOIN judged j ON j.run = c.run AND j.candidate = c.candidate
    )
    SELECT *, generation + judging AS cost FROM priced
    """,
)

CHECKER_ACCURACY = View(
    "checker_accuracy",
    "How each stage judged the offline model's candidates, by the defect it had put in: catch and false-reject rates.",
    {
        "run": "Name of the run.",
        "stage": "Stage.",
        "defect": "Defect put in on purpose; none for a clean candidate.",
        "judged": "Candidates with this defect that the stage judged.",
        "rejected": "Rejected by the stage: caught, or for defect none falsely rejected.",
        "rate": "Rejected as a share of judged: catch rate, or for defect none false-reject rate.",
    },
    """
    SELECT v.run, v.stage, d.defect, count(*) AS judged, count(*) FILTER (v.outcome = 'rejected') AS rejected,
        count(*) FILTER (v.outcome = 'rejected') / count(*) AS rate
    FROM verdicts v
    JOIN (SELECT run, candidate, unnest(CASE WHEN len(injected) = 0 THEN ['none'] ELSE injected END) AS defect
          FROM candidates WHERE simulated) d USING (run, candidate)
    WHERE v.outcome <> 'error'
    GROUP BY v.run, v.stage, v.position, d.defect ORDER BY v.run, v.position, d.defect
    """,
)

VIEWS = (OUTCOMES, ENTRIES, FUNNEL, REASONS, COVERAGE, EFFECTS, SPENDING, COSTS, CANDIDATE_COSTS, CHECKER_ACCURACY)
