"""Planning, staffing, invoicing and performance figures of a company."""

import math
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, Lt, MinLen

CATEGORY = "Business"


class ProjectTask(TypedDict):
    """One task of a project plan."""

    name: str
    duration_days: float
    depends_on: list[str]


class OpenInvoice(TypedDict):
    """One unpaid invoice."""

    number: str
    due_date: str
    amount: float


class CommissionTier(TypedDict):
    """One tier of a commission plan, starting at a sales amount."""

    from_sales: float
    rate_percent: float


def break_even_sales(
    fixed_costs: Annotated[float, Ge(0)],
    price_per_unit: Annotated[float, Gt(0)],
    variable_cost_per_unit: Annotated[float, Ge(0)],
    target_profit: Annotated[float, Ge(0)] = 0.0,
) -> dict[str, float]:
    """Compute the number of units and the revenue at which fixed costs and a target profit are covered.

    Args:
        fixed_costs: Costs of the period that do not depend on the volume.
        price_per_unit: Selling price of one unit.
        variable_cost_per_unit: Cost caused by one unit, below the price.
        target_profit: Profit to reach; 0 gives the break-even point.

    Returns:
        An object with `units` (rounded up to whole units), `revenue` and `contribution_margin_percent`, the last two
        rounded to 2 decimals.

    Raises:
        ValueError: If an amount is negative or the price does not exceed the variable cost.

    Examples:
        >>> break_even_sales(fixed_costs=50000, price_per_unit=25, variable_cost_per_unit=15)
        {'units': 5000, 'revenue': 125000, 'contribution_margin_percent': 40.0}
        >>> break_even_sales(fixed_costs=8000, price_per_unit=12, variable_cost_per_unit=5, target_profit=2000)
        {'units': 1429, 'revenue': 17148, 'contribution_margin_percent': 58.33}
    """
    if fixed_costs < 0 or variable_cost_per_unit < 0 or target_profit < 0:
        raise ValueError("costs and target_profit must not be negative")
    contribution = price_per_unit - variable_cost_per_unit
    if contribution <= 0:
        raise ValueError("price_per_unit must exceed variable_cost_per_unit")
    units = math.ceil(round((fixed_costs + target_profit) / contribution, 9))
    return {
        "units": units,
        "revenue": round(units * price_per_unit, 2),
        "contribution_margin_percent": round(contribution / price_per_unit * 100, 2),
    }


def customer_lifetime_value(
    average_order_value: Annotated[float, Gt(0)],
    orders_per_year: Annotated[float, Gt(0)],
    gross_margin_percent: Annotated[float, Gt(0), Le(100)],
    annual_churn_percent: Annotated[float, Gt(0), Le(100)],
    acquisition_cost: Annotated[float, Ge(0)] = 0.0,
) -> dict[str, float | None]:
    """Estimate the lifetime gross profit of a customer from order value, frequency, margin and churn.

    Args:
        average_order_value: Average revenue per order.
        orders_per_year: Average number of orders a customer places per year.
        gross_margin_percent: Gross margin in percent of revenue.
        annual_churn_percent: Share of customers lost per year in percent; its inverse is the expected lifetime.
        acquisition_cost: Cost of winning one customer.

    Returns:
        An object with `lifetime_years`, `lifetime_value`, `net_value` (after acquisition cost) and
        `value_to_cost_ratio` (null without an acquisition cost), rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> customer_lifetime_value(
        ...     average_order_value=80, orders_per_year=6, gross_margin_percent=50, annual_churn_percent=25
        ... )
        {'lifetime_years': 4.0, 'lifetime_value': 960.0, 'net_value': 960.0, 'value_to_cost_ratio': None}
        >>> customer_lifetime_value(
        ...     average_order_value=30,
        ...     orders_per_year=12,
        ...     gross_margin_percent=40,
        ...     annual_churn_percent=40,
        ...     acquisition_cost=120,
        ... )
        {'lifetime_years': 2.5, 'lifetime_value': 360.0, 'net_value': 240.0, 'value_to_cost_ratio': 3.0}
    """
    if average_order_value <= 0 or orders_per_year <= 0 or acquisition_cost < 0:
        raise ValueError("order value and frequency must be positive and acquisition_cost must not be negative")
    if not (0 < gross_margin_percent <= 100 and 0 < annual_churn_percent <= 100):
        raise ValueError("percentages must lie above 0 and up to 100")
    lifetime = 100 / annual_churn_percent
    value = average_order_value * orders_per_year * gross_margin_percent / 100 * lifetime
    return {
        "lifetime_years": round(lifetime, 2),
        "lifetime_value": round(value, 2),
        "net_value": round(value - acquisition_cost, 2),
        "value_to_cost_ratio": round(value / acquisition_cost, 2) if acquisition_cost else None,
    }


def employee_turnover_rate(
    separations: Annotated[int, Ge(0)],
    headcount_start: Annotated[int, Ge(0)],
    headcount_end: Annotated[int, Ge(0)],
    period_months: Annotated[int, Ge(1), Le(12)] = 12,
) -> dict[str, float]:
    """Compute the staff turnover of a period, and its annual equivalent, in percent of the average headcount.

    Args:
        separations: Number of employees who left during the period.
        headcount_start: Employees at the start of the period.
        headcount_end: Employees at the end of the period.
        period_months: Length of the period in months, 1 to 12.

    Returns:
        An object with `average_headcount`, `turnover_percent` and `annualized_percent`, rounded to 2 decimals.

    Raises:
        ValueError: If a count is negative, the average headcount is zero or the period is out of range.

    Examples:
        >>> employee_turnover_rate(separations=12, headcount_start=110, headcount_end=130)
        {'average_headcount': 120.0, 'turnover_percent': 10.0, 'annualized_percent': 10.0}
        >>> employee_turnover_rate(separations=5, headcount_start=48, headcount_end=52, period_months=3)
        {'average_headcount': 50.0, 'turnover_percent': 10.0, 'annualized_percent': 40.0}
    """
    if separations < 0 or headcount_start < 0 or headcount_end < 0:
        raise ValueError("counts must not be negative")
    if not 1 <= period_months <= 12:
        raise ValueError("period_months must lie between 1 and 12")
    average = (headcount_start + headcount_end) / 2
    if average == 0:
        raise ValueError("the average headcount must be greater than zero")
    turnover = separations / average * 100
    return {
        "average_headcount": round(average, 2),
        "turnover_percent": round(turnover, 2),
        "annualized_percent": round(turnover * 12 / period_months, 2),
    }


def startup_cash_runway(
    cash_balance: Annotated[float, Ge(0)],
    monthly_expenses: Annotated[float, Gt(0)],
    monthly_revenue: Annotated[float, Ge(0)] = 0.0,
    revenue_growth_percent: Annotated[float, Ge(-100), Le(100)] = 0.0,
) -> dict[str, int | float | bool | None]:
    """Simulate month by month how long a cash balance lasts against expenses and growing revenue.

    Args:
        cash_balance: Cash available today.
        monthly_expenses: Constant expenses per month.
        monthly_revenue: Revenue of the first month.
        revenue_growth_percent: Growth of the revenue from month to month in percent, -100 to 100.

    Returns:
        An object with `runway_months` (whole months fully covered, null if the cash lasts 120 months or more),
        `survives` (true in that case) and `lowest_balance` (lowest cash while solvent, rounded to 2 decimals).

    Raises:
        ValueError: If an amount is negative, there are no expenses or the growth is out of range.

    Examples:
        >>> startup_cash_runway(cash_balance=300000, monthly_expenses=40000, monthly_revenue=10000)
        {'runway_months': 10, 'survives': False, 'lowest_balance': 0.0}
        >>> startup_cash_runway(
        ...     cash_balance=100000, monthly_expenses=30000, monthly_revenue=20000, revenue_growth_percent=10
        ... )
        {'runway_months': None, 'survives': True, 'lowest_balance': 72102.0}
    """
    if cash_balance < 0 or monthly_expenses <= 0 or monthly_revenue < 0:
        raise ValueError("cash and revenue must not be negative and monthly_expenses must be positive")
    if not -100 <= revenue_growth_percent <= 100:
        raise ValueError("revenue_growth_percent must lie between -100 and 100")
    lowest = cash_balance
    for month in range(120):
        cash_balance += monthly_revenue - monthly_expenses
        if cash_balance < 0:
            return {"runway_months": month, "survives": False, "lowest_balance": round(lowest, 2)}
        lowest = min(lowest, cash_balance)
        monthly_revenue *= 1 + revenue_growth_percent / 100
    return {"runway_months": None, "survives": True, "lowest_balance": round(lowest, 2)}


def vendor_weighted_ranking(
    scores: Annotated[dict[str, dict[str, float]], MinLen(1)],
    weights: Annotated[dict[str, float], MinLen(1)],
) -> list[dict[str, str | float]]:
    """Rank vendors by the weighted average of their scores on several criteria.

    Args:
        scores: Scores by vendor name and, within a vendor, by criterion; higher is better.
        weights: Importance of every criterion as a number of zero or more; they need not add up to 1.

    Returns:
        Objects with `vendor` and `score` (rounded to 4 decimals), best first; equal scores are in order of name.

    Raises:
        ValueError: If a weight is negative, all are zero, or a vendor lacks the score of a criterion.

    Examples:
        >>> vendor_weighted_ranking(
        ...     scores={"Acme": {"price": 7, "quality": 9}, "Bolt": {"price": 9, "quality": 6}},
        ...     weights={"price": 1, "quality": 2},
        ... )
        [{'vendor': 'Acme', 'score': 8.3333}, {'vendor': 'Bolt', 'score': 7.0}]
        >>> vendor_weighted_ranking(
        ...     scores={"North": {"speed": 4}, "South": {"speed": 5}}, weights={"speed": 10}
        ... )
        [{'vendor': 'South', 'score': 5.0}, {'vendor': 'North', 'score': 4.0}]
    """
    if not scores or any(weight < 0 for weight in weights.values()) or sum(weights.values()) <= 0:
        raise ValueError("there must be vendors, and weights of zero or more with a positive sum")
    for vendor, by_criterion in scores.items():
        missing = sorted(weights.keys() - by_criterion.keys())
        if missing:
            raise ValueError(f"{vendor} has no score for: {', '.join(missing)}")
    total = sum(weights.values())
    averages = {
        vendor: round(sum(weights[name] * by_criterion[name] for name in weights) / total, 4)
        for vendor, by_criterion in scores.items()
    }
    ranking = sorted(averages.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{"vendor": vendor, "score": score} for vendor, score in ranking]


def sales_commission_payout(
    sales: Annotated[float, Ge(0)],
    tiers: Annotated[list[CommissionTier], MinLen(1)],
    mode: Literal["marginal", "retroactive"] = "marginal",
    payout_cap: Annotated[float, Ge(0)] | None = None,
) -> float:
    """Compute the commission a salesperson earns under a tiered plan.

    Args:
        sales: Sales of the period.
        tiers: Tiers in any order; `rate_percent` is paid on sales from `from_sales` on.
        mode: "marginal" pays every rate only on the sales within its tier, "retroactive" pays the rate of the highest
            tier reached on all sales.
        payout_cap: Highest commission paid, if there is a cap.

    Returns:
        The commission, rounded to 2 decimals.

    Raises:
        ValueError: If an amount or a rate is negative, there are no tiers, tiers repeat or the mode is unknown.

    Examples:
        >>> sales_commission_payout(
        ...     sales=80000,
        ...     tiers=[{"from_sales": 0, "rate_percent": 5}, {"from_sales": 50000, "rate_percent": 8}],
        ... )
        4900.0
        >>> sales_commission_payout(
        ...     sales=80000,
        ...     tiers=[{"from_sales": 0, "rate_percent": 5}, {"from_sales": 50000, "rate_percent": 8}],
        ...     mode="retroactive",
        ...     payout_cap=6000,
        ... )
        6000
    """
    if sales < 0 or not tiers or (payout_cap is not None and payout_cap < 0):
        raise ValueError("sales and payout_cap must not be negative and there must be a tier")
    if any(tier["from_sales"] < 0 or tier["rate_percent"] < 0 for tier in tiers):
        raise ValueError("tiers must not hold negative numbers")
    reached = sorted((tier["from_sales"], tier["rate_percent"]) for tier in tiers if tier["from_sales"] <= sales)
    starts = [start for start, _ in reached]
    if len({tier["from_sales"] for tier in tiers}) < len(tiers):
        raise ValueError("every tier needs its own from_sales")
    if mode == "retroactive":
        commission = sales * reached[-1][1] / 100 if reached else 0.0
    elif mode == "marginal":
        ends = [*starts[1:], sales]
        commission = sum((end - start) * rate / 100 for (start, rate), end in zip(reached, ends, strict=False))
    else:
        raise ValueError(f"unknown mode: {mode}")
    return round(commission if payout_cap is None else min(commission, payout_cap), 2)


def net_promoter_score(ratings: Annotated[list[int], MinLen(1)]) -> dict[str, float]:
    """Compute the Net Promoter Score of customer ratings on the 0 to 10 recommendation scale.

    Args:
        ratings: Ratings from 0 to 10; 9 and 10 are promoters, 7 and 8 passives, 0 to 6 detractors.

    Returns:
        An object with `score` (-100 to 100, rounded to 1 decimal) and the counts `promoters`, `passives`, `detractors`.

    Raises:
        ValueError: If there are no ratings or one lies outside 0 to 10.

    Examples:
        >>> net_promoter_score(ratings=[10, 9, 8, 7, 6, 3, 10, 9])
        {'score': 25.0, 'promoters': 4, 'passives': 2, 'detractors': 2}
        >>> net_promoter_score(ratings=[5, 8, 4])
        {'score': -66.7, 'promoters': 0, 'passives': 1, 'detractors': 2}
    """
    if not ratings or any(not 0 <= rating <= 10 for rating in ratings):
        raise ValueError("ratings must hold at least one value, all between 0 and 10")
    promoters = sum(rating >= 9 for rating in ratings)
    detractors = sum(rating <= 6 for rating in ratings)
    return {
        "score": round((promoters - detractors) / len(ratings) * 100, 1),
        "promoters": promoters,
        "passives": len(ratings) - promoters - detractors,
        "detractors": detractors,
    }


def project_critical_path(tasks: Annotated[list[ProjectTask], MinLen(1)]) -> dict[str, float | list[str]]:
    """Find the shortest duration of a project, in days, and the chain of tasks that determines it.

    Args:
        tasks: Tasks with a unique `name`, a `duration_days` of zero or more and the names of the tasks they depend on.

    Returns:
        An object with `duration_days` (rounded to 4 decimals) and `path`, the task names of the critical path in order.

    Raises:
        ValueError: If there are no tasks, a name repeats, a duration is negative, a dependency is unknown or
            the dependencies form a cycle.

    Examples:
        >>> project_critical_path(
        ...     tasks=[
        ...         {"name": "design", "duration_days": 5, "depends_on": []},
        ...         {"name": "build", "duration_days": 10, "depends_on": ["design"]},
        ...         {"name": "copy", "duration_days": 3, "depends_on": ["design"]},
        ...         {"name": "launch", "duration_days": 1, "depends_on": ["build", "copy"]},
        ...     ]
        ... )
        {'duration_days': 16.0, 'path': ['design', 'build', 'launch']}
        >>> project_critical_path(
        ...     tasks=[
        ...         {"name": "permit", "duration_days": 14, "depends_on": []},
        ...         {"name": "paint", "duration_days": 2.5, "depends_on": []},
        ...     ]
        ... )
        {'duration_days': 14.0, 'path': ['permit']}
    """
    by_name = {task["name"]: task for task in tasks}
    if not tasks or len(by_name) < len(tasks) or any(task["duration_days"] < 0 for task in tasks):
        raise ValueError("tasks need unique names and durations of zero or more")
    unknown = sorted({name for task in tasks for name in task["depends_on"]} - by_name.keys())
    if unknown:
        raise ValueError(f"unknown dependencies: {', '.join(unknown)}")
    try:
        order = list(TopologicalSorter({name: task["depends_on"] for name, task in by_name.items()}).static_order())
    except CycleError as error:
        raise ValueError(f"the dependencies form a cycle: {' -> '.join(error.args[1])}") from error
    paths: dict[str, tuple[float, list[str]]] = {}
    for name in order:
        longest = max((paths[parent] for parent in by_name[name]["depends_on"]), key=lambda path: path[0], default=None)
        before, names = longest or (0.0, [])
        paths[name] = (before + by_name[name]["duration_days"], [*names, name])
    duration, path = max((paths[task["name"]] for task in tasks), key=lambda entry: entry[0])
    return {"duration_days": round(duration, 4), "path": path}


def meeting_cost_estimate(
    hourly_rates: Annotated[list[float], MinLen(1)],
    duration_minutes: Annotated[int, Ge(1), Le(1440)],
    occurrences: Annotated[int, Ge(1), Le(365)] = 1,
    overhead_percent: Annotated[float, Ge(0)] = 0.0,
) -> float:
    """Compute the salary cost of a one-off or recurring meeting.

    Args:
        hourly_rates: Hourly pay of every participant.
        duration_minutes: Length of one meeting in minutes, 1 to 1440.
        occurrences: How many times the meeting is held, 1 to 365.
        overhead_percent: Employer's overhead on top of the pay in percent.

    Returns:
        The total cost, rounded to 2 decimals.

    Raises:
        ValueError: If there are no participants or a value is out of range.

    Examples:
        >>> meeting_cost_estimate(hourly_rates=[60, 45, 80], duration_minutes=90)
        277.5
        >>> meeting_cost_estimate(hourly_rates=[50, 50], duration_minutes=30, occurrences=52, overhead_percent=20)
        3120.0
    """
    if not hourly_rates or min(hourly_rates) < 0 or overhead_percent < 0:
        raise ValueError("hourly_rates must not be empty, and rates and overhead must not be negative")
    if not 1 <= duration_minutes <= 1440 or not 1 <= occurrences <= 365:
        raise ValueError("duration_minutes must lie between 1 and 1440 and occurrences between 1 and 365")
    return round(sum(hourly_rates) * duration_minutes / 60 * occurrences * (1 + overhead_percent / 100), 2)


def invoice_due_date(
    invoice_date: str,
    net_days: Annotated[int, Ge(0), Le(365)] = 30,
    end_of_month: bool = False,
    weekend_rule: Literal["keep", "next_monday", "previous_friday"] = "keep",
) -> str:
    """Determine the date on which an invoice is due under its payment terms.

    Args:
        invoice_date: Date of the invoice, YYYY-MM-DD.
        net_days: Days until payment is due, 0 to 365.
        end_of_month: Whether the days count from the last day of the invoice month instead of the invoice date.
        weekend_rule: What happens to a due date on a Saturday or Sunday.

    Returns:
        The due date, YYYY-MM-DD.

    Raises:
        ValueError: If the date is impossible, the days are out of range or the rule is unknown.

    Examples:
        >>> invoice_due_date(invoice_date="2024-01-31")
        '2024-03-01'
        >>> invoice_due_date(invoice_date="2024-05-16", net_days=15, end_of_month=True, weekend_rule="next_monday")
        '2024-06-17'
    """
    if not 0 <= net_days <= 365:
        raise ValueError("net_days must lie between 0 and 365")
    if weekend_rule not in ("keep", "next_monday", "previous_friday"):
        raise ValueError(f"unknown weekend_rule: {weekend_rule}")
    start = date.fromisoformat(invoice_date)
    if start.year > 9990:
        raise ValueError("invoice_date is too far in the future")
    if end_of_month:
        start = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    due = start + timedelta(days=net_days)
    weekend_day = due.weekday() - 5
    if weekend_day >= 0 and weekend_rule == "next_monday":
        due += timedelta(days=2 - weekend_day)
    elif weekend_day >= 0 and weekend_rule == "previous_friday":
        due -= timedelta(days=1 + weekend_day)
    return due.isoformat()


def call_center_agents_needed(
    calls_per_hour: Annotated[float, Gt(0), Le(20000)],
    average_handle_seconds: Annotated[float, Gt(0), Le(3600)],
    target_service_percent: Annotated[float, Gt(0), Lt(100)] = 80.0,
    answer_within_seconds: Annotated[float, Ge(0)] = 20.0,
) -> dict[str, float]:
    """Compute how many agents a call center needs to reach a service level, with the Erlang C formula.

    Args:
        calls_per_hour: Incoming calls per hour.
        average_handle_seconds: Average time an agent spends on a call in seconds, up to 3600.
        target_service_percent: Share of calls in percent to be answered in time, above 0 and below 100.
        answer_within_seconds: Waiting time in seconds within which a call counts as answered in time.

    Returns:
        An object with `agents`, `service_level_percent` and `occupancy_percent`, rounded to 1 decimal.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> call_center_agents_needed(calls_per_hour=200, average_handle_seconds=180)
        {'agents': 14, 'service_level_percent': 88.8, 'occupancy_percent': 71.4}
        >>> call_center_agents_needed(
        ...     calls_per_hour=60, average_handle_seconds=300, target_service_percent=90, answer_within_seconds=30
        ... )
        {'agents': 9, 'service_level_percent': 94.6, 'occupancy_percent': 55.6}
    """
    if not 0 < calls_per_hour <= 20000 or not 0 < average_handle_seconds <= 3600:
        raise ValueError("calls_per_hour must lie in (0, 20000] and average_handle_seconds in (0, 3600]")
    if not 0 < target_service_percent < 100 or answer_within_seconds < 0:
        raise ValueError("target_service_percent must lie between 0 and 100 and the waiting time must not be negative")
    load = calls_per_hour * average_handle_seconds / 3600
    agents, blocking, service = 0, 1.0, 0.0
    while service * 100 < target_service_percent:
        agents += 1
        blocking = load * blocking / (agents + load * blocking)
        if agents > load:
            waiting = blocking / (1 - load / agents * (1 - blocking))
            service = 1 - waiting * math.exp(-(agents - load) * answer_within_seconds / average_handle_seconds)
    return {
        "agents": agents,
        "service_level_percent": round(service * 100, 1),
        "occupancy_percent": round(load / agents * 100, 1),
    }


def paid_leave_accrued(
    hire_date: str,
    as_of_date: str,
    annual_leave_days: Annotated[float, Gt(0), Le(366)] = 20.0,
    days_taken: Annotated[float, Ge(0)] = 0.0,
    balance_cap: Annotated[float, Ge(0)] | None = None,
) -> dict[str, float]:
    """Compute the paid leave an employee has accrued, by completed months of service, and the days left.

    Args:
        hire_date: First day of employment, YYYY-MM-DD.
        as_of_date: Day for which the balance is computed, YYYY-MM-DD, not before the hire date.
        annual_leave_days: Leave earned per year in days, one twelfth of it per completed month.
        days_taken: Days of leave used so far.
        balance_cap: Highest balance the employee may hold, if there is one.

    Returns:
        An object with `completed_months`, `accrued_days` and `balance_days`, days rounded to 2 decimals.

    Raises:
        ValueError: If a date is impossible, the dates are in the wrong order or a number is out of range.

    Examples:
        >>> paid_leave_accrued(hire_date="2023-03-15", as_of_date="2023-12-14", annual_leave_days=24)
        {'completed_months': 8, 'accrued_days': 16.0, 'balance_days': 16.0}
        >>> paid_leave_accrued(hire_date="2022-01-01", as_of_date="2024-01-01", days_taken=12, balance_cap=25)
        {'completed_months': 24, 'accrued_days': 40.0, 'balance_days': 25}
    """
    hired, today = date.fromisoformat(hire_date), date.fromisoformat(as_of_date)
    if today < hired:
        raise ValueError("as_of_date must not be before hire_date")
    if not 0 < annual_leave_days <= 366 or days_taken < 0 or (balance_cap is not None and balance_cap < 0):
        raise ValueError("annual_leave_days must lie in (0, 366] and the other numbers must not be negative")
    months = (today.year - hired.year) * 12 + today.month - hired.month - (today.day < hired.day)
    accrued = annual_leave_days * months / 12
    balance = accrued - days_taken
    if balance_cap is not None:
        balance = min(balance, balance_cap)
    return {"completed_months": months, "accrued_days": round(accrued, 2), "balance_days": round(balance, 2)}


def receivables_aging_report(
    invoices: Annotated[list[OpenInvoice], MinLen(1)],
    as_of_date: str,
) -> dict[str, float]:
    """Sum unpaid invoices into aging buckets by the number of days they are overdue.

    Args:
        invoices: Unpaid invoices with a `number`, a `due_date` (YYYY-MM-DD) and an `amount`.
        as_of_date: Day of the report, YYYY-MM-DD.

    Returns:
        The total amount of `not_due`, `days_1_30`, `days_31_60`, `days_61_90` and `over_90`, rounded to 2 decimals.

    Raises:
        ValueError: If there are no invoices, an invoice number repeats or a date is impossible.

    Examples:
        >>> receivables_aging_report(
        ...     invoices=[
        ...         {"number": "A-1", "due_date": "2024-06-15", "amount": 1200},
        ...         {"number": "A-2", "due_date": "2024-05-01", "amount": 450.5},
        ...     ],
        ...     as_of_date="2024-06-10",
        ... )
        {'not_due': 1200.0, 'days_1_30': 0.0, 'days_31_60': 450.5, 'days_61_90': 0.0, 'over_90': 0.0}
        >>> receivables_aging_report(
        ...     invoices=[{"number": "2023/17", "due_date": "2023-11-30", "amount": 980}], as_of_date="2024-03-01"
        ... )
        {'not_due': 0.0, 'days_1_30': 0.0, 'days_31_60': 0.0, 'days_61_90': 0.0, 'over_90': 980.0}
    """
    if not invoices or len({invoice["number"] for invoice in invoices}) < len(invoices):
        raise ValueError("there must be at least one invoice and every invoice number must be unique")
    today = date.fromisoformat(as_of_date)
    limits = {"not_due": 0, "days_1_30": 30, "days_31_60": 60, "days_61_90": 90}
    totals = dict.fromkeys([*limits, "over_90"], 0.0)
    for invoice in invoices:
        overdue = (today - date.fromisoformat(invoice["due_date"])).days
        bucket = next((name for name, limit in limits.items() if overdue <= limit), "over_90")
        totals[bucket] += invoice["amount"]
    return {bucket: round(total, 2) for bucket, total in totals.items()}
