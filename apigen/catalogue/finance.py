"""Loans, savings, investments, bonds, taxes and account numbers."""

import math
import string
from statistics import mean, stdev
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Finance"


class TaxBracket(TypedDict):
    """One bracket of a progressive tax: the rate applies to income above the threshold."""

    threshold: float
    rate_percent: float


class ShareLot(TypedDict):
    """One purchase of shares."""

    shares: float
    price: float


def _level_payment(principal: float, periodic_rate: float, periods: int) -> float:
    if periodic_rate == 0:
        return principal / periods
    return principal * periodic_rate / -math.expm1(-periods * math.log1p(periodic_rate))


def _check_loan(principal: float, annual_rate_percent: float, term_months: int) -> None:
    if principal <= 0:
        raise ValueError("principal must be greater than zero")
    if not 0 <= annual_rate_percent <= 100:
        raise ValueError("annual_rate_percent must lie between 0 and 100")
    if not 1 <= term_months <= 600:
        raise ValueError("term_months must lie between 1 and 600")


def loan_monthly_payment(
    principal: Annotated[float, Gt(0)],
    annual_rate_percent: Annotated[float, Ge(0), Le(100)],
    term_months: Annotated[int, Ge(1), Le(600)],
) -> float:
    """Compute the fixed monthly payment of a fully amortizing loan.

    Args:
        principal: Amount borrowed, in any currency.
        annual_rate_percent: Nominal yearly interest rate in percent, e.g. 4.5 for 4.5 %.
        term_months: Number of monthly payments, 1 to 600.

    Returns:
        The monthly payment in the currency of the principal, rounded to 2 decimals.

    Raises:
        ValueError: If the principal, the rate or the term is out of range.

    Examples:
        >>> loan_monthly_payment(principal=200000, annual_rate_percent=6, term_months=360)
        1199.1
        >>> loan_monthly_payment(principal=12000, annual_rate_percent=0, term_months=24)
        500.0
    """
    _check_loan(principal, annual_rate_percent, term_months)
    return round(_level_payment(principal, annual_rate_percent / 1200, term_months), 2)


def loan_amortization_schedule(
    principal: Annotated[float, Gt(0)],
    annual_rate_percent: Annotated[float, Ge(0), Le(100)],
    term_months: Annotated[int, Ge(1), Le(600)],
    extra_monthly_payment: Annotated[float, Ge(0)] = 0.0,
) -> list[dict[str, float]]:
    """List the interest, principal and remaining balance of every monthly payment of a loan.

    Args:
        principal: Amount borrowed, in any currency.
        annual_rate_percent: Nominal yearly interest rate in percent.
        term_months: Agreed number of monthly payments, 1 to 600.
        extra_monthly_payment: Amount paid every month on top of the regular payment.

    Returns:
        One object per month with `month`, `payment`, `interest`, `principal` and `balance`, rounded to 2 decimals.
        The list is shorter than the term when extra payments clear the loan early.

    Raises:
        ValueError: If an amount, the rate or the term is out of range.

    Examples:
        >>> loan_amortization_schedule(  # doctest: +NORMALIZE_WHITESPACE
        ...     principal=1000, annual_rate_percent=12, term_months=2
        ... )
        [{'month': 1, 'payment': 507.51, 'interest': 10.0, 'principal': 497.51, 'balance': 502.49}, {'month': 2,
        'payment': 507.51, 'interest': 5.02, 'principal': 502.49, 'balance': 0.0}]
        >>> loan_amortization_schedule(  # doctest: +NORMALIZE_WHITESPACE
        ...     principal=600, annual_rate_percent=0, term_months=6, extra_monthly_payment=200
        ... )
        [{'month': 1, 'payment': 300.0, 'interest': 0.0, 'principal': 300.0, 'balance': 300.0}, {'month': 2,
        'payment': 300.0, 'interest': 0.0, 'principal': 300.0, 'balance': 0.0}]
    """
    _check_loan(principal, annual_rate_percent, term_months)
    if extra_monthly_payment < 0:
        raise ValueError("extra_monthly_payment must not be negative")
    rate = annual_rate_percent / 1200
    regular = round(_level_payment(principal, rate, term_months), 2) + extra_monthly_payment
    balance = round(principal, 2)
    rows: list[dict[str, float]] = []
    for month in range(1, term_months + 1):
        interest = round(balance * rate, 2)
        due = round(balance + interest, 2)
        payment = due if month == term_months else round(min(regular, due), 2)
        balance = round(due - payment, 2)
        rows.append(
            {
                "month": month,
                "payment": payment,
                "interest": interest,
                "principal": round(payment - interest, 2),
                "balance": balance,
            }
        )
        if balance == 0:
            break
    return rows


def savings_plan_future_value(
    initial_deposit: Annotated[float, Ge(0)],
    annual_rate_percent: Annotated[float, Ge(0), Le(100)],
    years: Annotated[int, Ge(1), Le(80)],
    monthly_deposit: Annotated[float, Ge(0)] = 0.0,
    deposit_timing: Literal["start", "end"] = "end",
) -> dict[str, float]:
    """Project the balance of a savings plan with monthly compounding and regular deposits.

    Args:
        initial_deposit: Amount paid in on the first day, in any currency.
        annual_rate_percent: Nominal yearly interest rate in percent, compounded monthly.
        years: Length of the plan in whole years, 1 to 80.
        monthly_deposit: Amount paid in every month.
        deposit_timing: Whether the monthly deposit is made at the start or the end of each month.

    Returns:
        An object with `final_balance`, `total_deposited` and `interest_earned`, rounded to 2 decimals.

    Raises:
        ValueError: If an amount, the rate or the number of years is out of range, or the timing is unknown.

    Examples:
        >>> savings_plan_future_value(initial_deposit=10000, annual_rate_percent=6, years=1)
        {'final_balance': 10616.78, 'total_deposited': 10000.0, 'interest_earned': 616.78}
        >>> savings_plan_future_value(
        ...     initial_deposit=0, annual_rate_percent=6, years=10, monthly_deposit=100, deposit_timing="start"
        ... )
        {'final_balance': 16469.87, 'total_deposited': 12000, 'interest_earned': 4469.87}
    """
    if initial_deposit < 0 or monthly_deposit < 0:
        raise ValueError("deposits must not be negative")
    if not 0 <= annual_rate_percent <= 100 or not 1 <= years <= 80:
        raise ValueError("annual_rate_percent must lie between 0 and 100 and years between 1 and 80")
    if deposit_timing not in ("start", "end"):
        raise ValueError(f"unknown deposit_timing: {deposit_timing}")
    months, rate = years * 12, annual_rate_percent / 1200
    growth = math.exp(months * math.log1p(rate))
    annuity = (growth - 1) / rate if rate else months
    if deposit_timing == "start":
        annuity *= 1 + rate
    balance = initial_deposit * growth + monthly_deposit * annuity
    deposited = initial_deposit + monthly_deposit * months
    return {
        "final_balance": round(balance, 2),
        "total_deposited": round(deposited, 2),
        "interest_earned": round(balance - deposited, 2),
    }


def investment_net_present_value(
    discount_rate_percent: Annotated[float, Gt(-100)],
    cash_flows: Annotated[list[float], MinLen(1)],
    initial_investment: Annotated[float, Ge(0)] = 0.0,
) -> float:
    """Compute the net present value of a series of yearly cash flows.

    Args:
        discount_rate_percent: Yearly discount rate in percent, above -100.
        cash_flows: Cash flow at the end of year 1, 2, 3 and so on; outflows are negative.
        initial_investment: Amount spent today, as a positive number.

    Returns:
        The net present value, rounded to 2 decimals.

    Raises:
        ValueError: If there are no cash flows, the rate is -100 % or less, or the investment is negative.

    Examples:
        >>> investment_net_present_value(
        ...     discount_rate_percent=10, cash_flows=[500, 500, 500], initial_investment=1000
        ... )
        243.43
        >>> investment_net_present_value(discount_rate_percent=5, cash_flows=[105])
        100.0
    """
    if not cash_flows:
        raise ValueError("cash_flows must not be empty")
    if discount_rate_percent <= -100:
        raise ValueError("discount_rate_percent must be greater than -100")
    if initial_investment < 0:
        raise ValueError("initial_investment must not be negative")
    factor = 1 + discount_rate_percent / 100
    return round(sum(flow / factor**year for year, flow in enumerate(cash_flows, start=1)) - initial_investment, 2)


def investment_internal_rate_of_return(
    cash_flows: Annotated[list[float], MinLen(2), MaxLen(60)],
) -> float:
    """Find the yearly internal rate of return, in percent, of a series of cash flows.

    Args:
        cash_flows: Cash flow today, after 1 year, after 2 years and so on; money paid out is negative. 2 to 60 values.

    Returns:
        The internal rate of return in percent, rounded to 4 decimals.

    Raises:
        ValueError: If the flows have fewer than 2 or more than 60 values, do not change sign, or no rate is found
            between -99 % and 10000 %.

    Examples:
        >>> investment_internal_rate_of_return(cash_flows=[-1000, 1100])
        10.0
        >>> investment_internal_rate_of_return(cash_flows=[-1000, 400, 400, 400])
        9.701
    """
    if not 2 <= len(cash_flows) <= 60:
        raise ValueError("cash_flows must hold 2 to 60 values")
    if min(cash_flows) >= 0 or max(cash_flows) <= 0:
        raise ValueError("cash_flows need at least one negative and one positive value")

    def present_value(rate: float) -> float:
        return sum(flow / (1 + rate) ** year for year, flow in enumerate(cash_flows))

    low, high = -0.99, 100.0
    low_value = present_value(low)
    if low_value * present_value(high) > 0:
        raise ValueError("no internal rate of return between -99 % and 10000 %")
    for _ in range(200):
        middle = (low + high) / 2
        if (present_value(middle) > 0) == (low_value > 0):
            low = middle
        else:
            high = middle
    return round((low + high) * 50, 4)


def progressive_tax_due(
    income: Annotated[float, Ge(0)],
    brackets: Annotated[list[TaxBracket], MinLen(1)],
    deduction: Annotated[float, Ge(0)] = 0.0,
) -> dict[str, float]:
    """Compute the tax on an income under a progressive schedule of marginal rates.

    Args:
        income: Gross yearly income, in any currency.
        brackets: Brackets in any order; each `rate_percent` applies to the taxable income above its `threshold`
            up to the next threshold.
        deduction: Amount subtracted from the income before the brackets are applied.

    Returns:
        An object with `taxable_income`, `tax`, `marginal_rate_percent` and `effective_rate_percent` (tax in percent of
        the gross income), rounded to 2 decimals.

    Raises:
        ValueError: If an amount is negative, there are no brackets, a threshold repeats or a rate is not 0 to 100.

    Examples:
        >>> progressive_tax_due(
        ...     income=50000,
        ...     brackets=[{"threshold": 0, "rate_percent": 10}, {"threshold": 20000, "rate_percent": 20}],
        ... )
        {'taxable_income': 50000.0, 'tax': 8000.0, 'marginal_rate_percent': 20, 'effective_rate_percent': 16.0}
        >>> progressive_tax_due(
        ...     income=30000,
        ...     brackets=[{"threshold": 12000, "rate_percent": 20}, {"threshold": 40000, "rate_percent": 40}],
        ...     deduction=3000,
        ... )
        {'taxable_income': 27000, 'tax': 3000.0, 'marginal_rate_percent': 20, 'effective_rate_percent': 10.0}
    """
    if income < 0 or deduction < 0:
        raise ValueError("income and deduction must not be negative")
    ordered = sorted(brackets, key=lambda bracket: bracket["threshold"])
    thresholds = [bracket["threshold"] for bracket in ordered]
    if not ordered or thresholds[0] < 0 or len(set(thresholds)) < len(thresholds):
        raise ValueError("brackets need at least one entry and distinct thresholds of zero or more")
    if any(not 0 <= bracket["rate_percent"] <= 100 for bracket in ordered):
        raise ValueError("rate_percent must lie between 0 and 100")
    taxable = max(0.0, income - deduction)
    tax = marginal = 0.0
    for bracket, upper in zip(ordered, [*thresholds[1:], math.inf], strict=True):
        if taxable > bracket["threshold"]:
            marginal = bracket["rate_percent"]
            tax += (min(taxable, upper) - bracket["threshold"]) * marginal / 100
    return {
        "taxable_income": round(taxable, 2),
        "tax": round(tax, 2),
        "marginal_rate_percent": marginal,
        "effective_rate_percent": round(tax / income * 100, 2) if income else 0.0,
    }


def bond_price_and_duration(
    coupon_rate_percent: Annotated[float, Ge(0), Le(100)],
    yield_percent: Annotated[float, Ge(0), Le(100)],
    years_to_maturity: Annotated[int, Ge(1), Le(100)],
    face_value: Annotated[float, Gt(0)] = 100.0,
    coupons_per_year: Literal[1, 2, 4] = 2,
) -> dict[str, float]:
    """Price a fixed-coupon bond from its yield to maturity and compute its duration in years.

    Args:
        coupon_rate_percent: Yearly coupon in percent of the face value, 0 for a zero-coupon bond.
        yield_percent: Yield to maturity in percent a year, compounded once per coupon period.
        years_to_maturity: Whole years until the face value is repaid, 1 to 100.
        face_value: Amount repaid at maturity.
        coupons_per_year: Number of coupon payments a year: 1, 2 or 4.

    Returns:
        An object with `price`, `macaulay_duration_years` and `modified_duration_years`, rounded to 4 decimals.

    Raises:
        ValueError: If a rate, the maturity, the face value or the coupon frequency is out of range.

    Examples:
        >>> bond_price_and_duration(coupon_rate_percent=5, yield_percent=5, years_to_maturity=10)
        {'price': 100.0, 'macaulay_duration_years': 7.9894, 'modified_duration_years': 7.7946}
        >>> bond_price_and_duration(
        ...     coupon_rate_percent=0, yield_percent=4, years_to_maturity=3, face_value=1000, coupons_per_year=1
        ... )
        {'price': 888.9964, 'macaulay_duration_years': 3.0, 'modified_duration_years': 2.8846}
    """
    if not (0 <= coupon_rate_percent <= 100 and 0 <= yield_percent <= 100):
        raise ValueError("coupon_rate_percent and yield_percent must lie between 0 and 100")
    if not 1 <= years_to_maturity <= 100 or face_value <= 0:
        raise ValueError("years_to_maturity must lie between 1 and 100 and face_value must be positive")
    if coupons_per_year not in (1, 2, 4):
        raise ValueError("coupons_per_year must be 1, 2 or 4")
    periods = years_to_maturity * coupons_per_year
    factor = 1 + yield_percent / 100 / coupons_per_year
    coupon = face_value * coupon_rate_percent / 100 / coupons_per_year
    values = [coupon / factor**period for period in range(1, periods + 1)]
    values[-1] += face_value / factor**periods
    price = sum(values)
    macaulay = sum(period * value for period, value in enumerate(values, start=1)) / price / coupons_per_year
    return {
        "price": round(price, 4),
        "macaulay_duration_years": round(macaulay, 4),
        "modified_duration_years": round(macaulay / factor, 4),
    }


def credit_card_payoff_plan(
    balance: Annotated[float, Gt(0)],
    annual_rate_percent: Annotated[float, Ge(0), Le(100)],
    monthly_payment: Annotated[float, Gt(0)],
) -> dict[str, float]:
    """Compute how many months a fixed payment needs to clear a credit card balance and what the interest costs.

    Args:
        balance: Amount owed today, in any currency.
        annual_rate_percent: Nominal yearly interest rate in percent, charged monthly.
        monthly_payment: Fixed amount paid every month.

    Returns:
        An object with `months`, `total_interest` and `last_payment`, amounts rounded to 2 decimals.

    Raises:
        ValueError: If an amount or the rate is out of range, or the debt is not cleared within 1200 months.

    Examples:
        >>> credit_card_payoff_plan(balance=1000, annual_rate_percent=0, monthly_payment=300)
        {'months': 4, 'total_interest': 0.0, 'last_payment': 100.0}
        >>> credit_card_payoff_plan(balance=5000, annual_rate_percent=18, monthly_payment=200)
        {'months': 32, 'total_interest': 1313.95, 'last_payment': 113.95}
    """
    if balance <= 0 or monthly_payment <= 0:
        raise ValueError("balance and monthly_payment must be greater than zero")
    if not 0 <= annual_rate_percent <= 100:
        raise ValueError("annual_rate_percent must lie between 0 and 100")
    total_interest, due = 0.0, 0.0
    for month in range(1, 1201):
        interest = round(balance * annual_rate_percent / 1200, 2)
        total_interest += interest
        due = balance + interest
        balance = round(due - monthly_payment, 2)
        if balance <= 0:
            return {"months": month, "total_interest": round(total_interest, 2), "last_payment": round(due, 2)}
        if interest >= monthly_payment:
            break
    raise ValueError("the monthly payment is too small to clear the balance within 1200 months")


def portfolio_rebalancing_trades(
    holdings: Annotated[dict[str, float], MinLen(1)],
    target_percent: Annotated[dict[str, float], MinLen(1)],
    new_cash: float = 0.0,
) -> dict[str, float]:
    """Compute the amount to buy or sell of every asset to bring a portfolio to its target weights.

    Args:
        holdings: Current market value of every asset by name.
        target_percent: Target weight of every asset in percent; the weights add up to 100.
        new_cash: Cash added to the portfolio, negative for a withdrawal.

    Returns:
        The amount to trade by asset, rounded to 2 decimals: positive to buy, negative to sell.

    Raises:
        ValueError: If the weights do not add up to 100, a value is negative or nothing is left to invest.

    Examples:
        >>> portfolio_rebalancing_trades(
        ...     holdings={"stocks": 8000, "bonds": 2000}, target_percent={"stocks": 60, "bonds": 40}
        ... )
        {'stocks': -2000.0, 'bonds': 2000.0}
        >>> portfolio_rebalancing_trades(
        ...     holdings={"fund": 900}, target_percent={"fund": 50, "gold": 50}, new_cash=300
        ... )
        {'fund': -300.0, 'gold': 600.0}
    """
    if any(value < 0 for value in [*holdings.values(), *target_percent.values()]):
        raise ValueError("holdings and target weights must not be negative")
    if abs(sum(target_percent.values()) - 100) > 0.01:
        raise ValueError("target weights must add up to 100")
    total = sum(holdings.values()) + new_cash
    if total <= 0:
        raise ValueError("the portfolio has no value left to invest")
    assets = list(dict.fromkeys([*holdings, *target_percent]))
    return {
        asset: round(total * target_percent.get(asset, 0.0) / 100 - holdings.get(asset, 0.0), 2) for asset in assets
    }


def sharpe_ratio_annualized(
    returns_percent: Annotated[list[float], MinLen(2)],
    risk_free_rate_percent: float = 0.0,
    periods_per_year: Literal[1, 4, 12, 52, 252] = 12,
) -> float:
    """Compute the annualized Sharpe ratio of a series of periodic returns.

    Args:
        returns_percent: Return of every period in percent, at least two values that are not all equal.
        risk_free_rate_percent: Yearly risk-free rate in percent.
        periods_per_year: Number of periods a year: 1 yearly, 4 quarterly, 12 monthly, 52 weekly, 252 trading days.

    Returns:
        The Sharpe ratio (mean excess return over sample standard deviation), rounded to 4 decimals.

    Raises:
        ValueError: If there are fewer than two returns, they do not vary or the period count is unknown.

    Examples:
        >>> sharpe_ratio_annualized(returns_percent=[1.2, -0.4, 2.1, 0.8, 1.5, -0.9])
        2.1562
        >>> sharpe_ratio_annualized(returns_percent=[8, 12, 4, 16], risk_free_rate_percent=2, periods_per_year=1)
        1.5492
    """
    if len(returns_percent) < 2:
        raise ValueError("returns_percent must hold at least two values")
    if periods_per_year not in (1, 4, 12, 52, 252):
        raise ValueError("periods_per_year must be 1, 4, 12, 52 or 252")
    deviation = stdev(returns_percent)
    if deviation == 0:
        raise ValueError("the returns do not vary, the Sharpe ratio is undefined")
    excess = mean(returns_percent) - risk_free_rate_percent / periods_per_year
    return round(excess / deviation * math.sqrt(periods_per_year), 4)


def asset_depreciation_schedule(
    cost: Annotated[float, Gt(0)],
    useful_life_years: Annotated[int, Ge(1), Le(60)],
    salvage_value: Annotated[float, Ge(0)] = 0.0,
    method: Literal["straight_line", "double_declining", "sum_of_years_digits"] = "straight_line",
) -> list[dict[str, float]]:
    """List the yearly depreciation and the closing book value of a fixed asset.

    Args:
        cost: Purchase cost of the asset.
        useful_life_years: Years over which the asset is written off, 1 to 60.
        salvage_value: Residual value at the end of the useful life, not above the cost.
        method: Depreciation method.

    Returns:
        One object per year with `year`, `depreciation` and `book_value`, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range or the method is unknown.

    Examples:
        >>> asset_depreciation_schedule(cost=9000, useful_life_years=3)  # doctest: +NORMALIZE_WHITESPACE
        [{'year': 1, 'depreciation': 3000.0, 'book_value': 6000.0}, {'year': 2, 'depreciation': 3000.0, 'book_value':
        3000.0}, {'year': 3, 'depreciation': 3000.0, 'book_value': 0.0}]
        >>> asset_depreciation_schedule(  # doctest: +NORMALIZE_WHITESPACE
        ...     cost=10000, useful_life_years=2, salvage_value=1000, method="sum_of_years_digits"
        ... )
        [{'year': 1, 'depreciation': 6000.0, 'book_value': 4000.0}, {'year': 2, 'depreciation': 3000.0, 'book_value':
        1000.0}]
    """
    if cost <= 0 or not 0 <= salvage_value <= cost:
        raise ValueError("cost must be positive and salvage_value must lie between zero and the cost")
    if not 1 <= useful_life_years <= 60:
        raise ValueError("useful_life_years must lie between 1 and 60")
    life, base, book = useful_life_years, cost - salvage_value, float(cost)
    rows: list[dict[str, float]] = []
    for year in range(1, life + 1):
        if method == "straight_line":
            charge = base / life
        elif method == "double_declining":
            charge = min(book * 2 / life, book - salvage_value)
        elif method == "sum_of_years_digits":
            charge = base * (life - year + 1) / (life * (life + 1) / 2)
        else:
            raise ValueError(f"unknown method: {method}")
        book -= charge
        rows.append({"year": year, "depreciation": round(charge, 2), "book_value": round(abs(book), 2)})
    return rows


def price_series_max_drawdown(prices: Annotated[list[float], MinLen(2)]) -> dict[str, float]:
    """Find the largest percentage fall from a peak to a later low in a series of prices.

    Args:
        prices: Positive prices in chronological order, at least two.

    Returns:
        An object with `drawdown_percent` (zero or more, rounded to 2 decimals) and the zero-based positions
        `peak_index` and `trough_index`.

    Raises:
        ValueError: If there are fewer than two prices or one is not positive.

    Examples:
        >>> price_series_max_drawdown(prices=[100, 120, 90, 110, 80, 130])
        {'drawdown_percent': 33.33, 'peak_index': 1, 'trough_index': 4}
        >>> price_series_max_drawdown(prices=[10.5, 11.2, 11.9])
        {'drawdown_percent': 0.0, 'peak_index': 0, 'trough_index': 0}
    """
    if len(prices) < 2 or min(prices) <= 0:
        raise ValueError("prices must hold at least two positive values")
    peak = worst_peak = worst_trough = 0
    worst = 0.0
    for position, price in enumerate(prices):
        if price > prices[peak]:
            peak = position
        fall = 1 - price / prices[peak]
        if fall > worst:
            worst, worst_peak, worst_trough = fall, peak, position
    return {"drawdown_percent": round(worst * 100, 2), "peak_index": worst_peak, "trough_index": worst_trough}


def iban_checksum_report(iban: Annotated[str, MinLen(5)]) -> dict[str, str | bool]:
    """Verify the mod-97 checksum of an international bank account number (IBAN).

    Args:
        iban: The account number, with or without spaces, in upper or lower case.

    Returns:
        An object with `valid`, `country_code` and `formatted` (upper case in groups of four characters).

    Raises:
        ValueError: If the text is not shaped like an IBAN (two letters, two digits, up to 30 letters or digits).

    Examples:
        >>> iban_checksum_report(iban="GB82 WEST 1234 5698 7654 32")
        {'valid': True, 'country_code': 'GB', 'formatted': 'GB82 WEST 1234 5698 7654 32'}
        >>> iban_checksum_report(iban="DE89370400440532013001")
        {'valid': False, 'country_code': 'DE', 'formatted': 'DE89 3704 0044 0532 0130 01'}
    """
    compact = "".join(iban.split()).upper()
    alphabet = string.digits + string.ascii_uppercase
    if not 5 <= len(compact) <= 34 or any(character not in alphabet for character in compact):
        raise ValueError("an IBAN has 5 to 34 letters and digits")
    if not compact[:2].isalpha() or not compact[2:4].isdigit():
        raise ValueError("an IBAN starts with a two-letter country code and two check digits")
    number = int("".join(str(alphabet.index(character)) for character in compact[4:] + compact[:4]))
    groups = [compact[start : start + 4] for start in range(0, len(compact), 4)]
    return {"valid": number % 97 == 1, "country_code": compact[:2], "formatted": " ".join(groups)}


def affordable_loan_amount(
    monthly_income: Annotated[float, Gt(0)],
    annual_rate_percent: Annotated[float, Ge(0), Le(100)],
    term_years: Annotated[int, Ge(1), Le(50)],
    monthly_debts: Annotated[float, Ge(0)] = 0.0,
    max_debt_share_percent: Annotated[float, Gt(0), Le(100)] = 36.0,
) -> float:
    """Compute the largest loan whose payment keeps all debts within a share of the monthly income.

    Args:
        monthly_income: Gross income per month, in any currency.
        annual_rate_percent: Nominal yearly interest rate in percent.
        term_years: Length of the loan in whole years, 1 to 50.
        monthly_debts: Payments per month on debts that exist already.
        max_debt_share_percent: Highest share of the income that may go to all debts, in percent.

    Returns:
        The loan amount, rounded to 2 decimals; 0 if the existing debts use up the share.

    Raises:
        ValueError: If an amount, the rate, the term or the share is out of range.

    Examples:
        >>> affordable_loan_amount(monthly_income=5000, annual_rate_percent=6, term_years=30)
        300224.91
        >>> affordable_loan_amount(
        ...     monthly_income=4000, annual_rate_percent=0, term_years=10, monthly_debts=200, max_debt_share_percent=30
        ... )
        120000.0
    """
    if monthly_debts < 0 or not 0 < max_debt_share_percent <= 100:
        raise ValueError("monthly_debts must not be negative and max_debt_share_percent must lie above 0 and up to 100")
    _check_loan(monthly_income, annual_rate_percent, term_years * 12)
    available = max(0.0, monthly_income * max_debt_share_percent / 100 - monthly_debts)
    return round(available / _level_payment(1.0, annual_rate_percent / 1200, term_years * 12), 2)


def share_cost_basis(
    lots: Annotated[list[ShareLot], MinLen(1)],
    current_price: Annotated[float, Gt(0)] | None = None,
) -> dict[str, float]:
    """Compute the average cost per share over several purchases and, given a price, the unrealized gain.

    Args:
        lots: Purchases, each with the number of `shares` and the `price` per share.
        current_price: Price per share today; without it no gain is reported.

    Returns:
        An object with `shares`, `total_cost` and `average_cost`, plus `unrealized_gain` and `gain_percent` when a
        current price is given. Amounts are rounded to 2 decimals, shares and the average cost to 4.

    Raises:
        ValueError: If there are no lots or a number of shares or a price is not positive.

    Examples:
        >>> share_cost_basis(lots=[{"shares": 10, "price": 50}, {"shares": 5, "price": 62}])
        {'shares': 15, 'total_cost': 810, 'average_cost': 54.0}
        >>> share_cost_basis(lots=[{"shares": 8, "price": 25}], current_price=30)
        {'shares': 8, 'total_cost': 200, 'average_cost': 25.0, 'unrealized_gain': 40, 'gain_percent': 20.0}
    """
    if not lots or any(lot["shares"] <= 0 or lot["price"] <= 0 for lot in lots):
        raise ValueError("every lot needs a positive number of shares and a positive price")
    if current_price is not None and current_price <= 0:
        raise ValueError("current_price must be greater than zero")
    shares = sum(lot["shares"] for lot in lots)
    cost = sum(lot["shares"] * lot["price"] for lot in lots)
    result = {"shares": round(shares, 4), "total_cost": round(cost, 2), "average_cost": round(cost / shares, 4)}
    if current_price is not None:
        gain = shares * current_price - cost
        result["unrealized_gain"] = round(gain, 2)
        result["gain_percent"] = round(gain / cost * 100, 2)
    return result
