"""Prices, carts, coupons, stock levels, parcels and payment cards of a shop."""

import math
import re
from itertools import pairwise
from statistics import NormalDist
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

CATEGORY = "Commerce"


class CartItem(TypedDict):
    """One line of a shopping cart."""

    name: str
    unit_price: float
    quantity: int


class PriceTier(TypedDict):
    """A unit price that holds from a minimum quantity on."""

    min_quantity: int
    unit_price: float


class Coupon(TypedDict):
    """A discount code with the order value it requires."""

    code: str
    kind: Literal["percent", "fixed"]
    value: float
    min_order: float


class PackOffer(TypedDict):
    """A pack of goods on offer."""

    name: str
    price: float
    amount: float


def shopping_cart_total(
    items: Annotated[list[CartItem], MinLen(1)],
    discount_percent: Annotated[float, Ge(0), Le(100)] = 0.0,
    tax_percent: Annotated[float, Ge(0)] = 0.0,
    shipping_fee: Annotated[float, Ge(0)] = 0.0,
    free_shipping_from: Annotated[float, Ge(0)] | None = None,
) -> dict[str, float]:
    """Compute the total of a shopping cart with discount, sales tax and shipping.

    Args:
        items: Cart lines with `name`, `unit_price` (before tax) and `quantity` (1 or more).
        discount_percent: Discount on the goods in percent, 0 to 100.
        tax_percent: Sales tax in percent, charged on the discounted goods but not on shipping.
        shipping_fee: Flat shipping fee.
        free_shipping_from: Value of the discounted goods from which shipping is free.

    Returns:
        An object with `subtotal`, `discount`, `tax`, `shipping` and `total`, rounded to 2 decimals.

    Raises:
        ValueError: If the cart is empty or a price, a quantity or a rate is out of range.

    Examples:
        >>> shopping_cart_total(
        ...     items=[
        ...         {"name": "mug", "unit_price": 12.5, "quantity": 2},
        ...         {"name": "tea", "unit_price": 6, "quantity": 1},
        ...     ],
        ...     discount_percent=10,
        ... )
        {'subtotal': 31.0, 'discount': 3.1, 'tax': 0.0, 'shipping': 0.0, 'total': 27.9}
        >>> shopping_cart_total(
        ...     items=[{"name": "lamp", "unit_price": 80, "quantity": 1}],
        ...     tax_percent=8,
        ...     shipping_fee=5.9,
        ...     free_shipping_from=100,
        ... )
        {'subtotal': 80, 'discount': 0.0, 'tax': 6.4, 'shipping': 5.9, 'total': 92.3}
    """
    if not items or any(item["unit_price"] < 0 or item["quantity"] < 1 for item in items):
        raise ValueError("the cart needs items with prices of zero or more and quantities of one or more")
    if not 0 <= discount_percent <= 100 or tax_percent < 0 or shipping_fee < 0:
        raise ValueError("discount_percent must lie between 0 and 100, tax and shipping must not be negative")
    subtotal = round(sum(item["unit_price"] * item["quantity"] for item in items), 2)
    discount = round(subtotal * discount_percent / 100, 2)
    goods = subtotal - discount
    tax = round(goods * tax_percent / 100, 2)
    shipping = 0.0 if free_shipping_from is not None and goods >= free_shipping_from else shipping_fee
    return {
        "subtotal": subtotal,
        "discount": discount,
        "tax": tax,
        "shipping": round(shipping, 2),
        "total": round(goods + tax + shipping, 2),
    }


def retail_price_for_margin(
    unit_cost: Annotated[float, Ge(0.01)],
    margin_percent: Annotated[float, Ge(0), Lt(100)],
    tax_percent: Annotated[float, Ge(0)] = 0.0,
    price_ending: Literal["exact", "0.99", "0.95", "0.00"] = "exact",
) -> dict[str, float]:
    """Compute the shelf price that earns a gross margin on the net price, with an optional price ending.

    Args:
        unit_cost: Purchase cost of one unit before tax, at least 0.01.
        margin_percent: Wanted gross margin in percent of the net selling price, 0 to below 100.
        tax_percent: Sales tax in percent that the shelf price includes.
        price_ending: "exact" rounds to cents, the others raise the shelf price to the next price with these cents.

    Returns:
        An object with `shelf_price`, `net_price`, `markup_percent` (on cost) and `margin_percent` (achieved), rounded
        to 2 decimals.

    Raises:
        ValueError: If a number is out of range or the price ending is unknown.

    Examples:
        >>> retail_price_for_margin(unit_cost=30, margin_percent=40)
        {'shelf_price': 50.0, 'net_price': 50.0, 'markup_percent': 66.67, 'margin_percent': 40.0}
        >>> retail_price_for_margin(unit_cost=7.2, margin_percent=55, tax_percent=20, price_ending="0.99")
        {'shelf_price': 19.99, 'net_price': 16.66, 'markup_percent': 131.37, 'margin_percent': 56.78}
    """
    if unit_cost < 0.01 or not 0 <= margin_percent < 100 or tax_percent < 0:
        raise ValueError("unit_cost must be at least 0.01, margin_percent in [0, 100) and tax_percent not negative")
    if price_ending not in ("exact", "0.99", "0.95", "0.00"):
        raise ValueError(f"unknown price_ending: {price_ending}")
    tax_factor = 1 + tax_percent / 100
    shelf = round(unit_cost / (1 - margin_percent / 100) * tax_factor, 2)
    if price_ending != "exact":
        cents = float(price_ending)
        shelf = round(math.ceil(round(shelf - cents, 2)) + cents, 2)
    net = shelf / tax_factor
    return {
        "shelf_price": shelf,
        "net_price": round(net, 2),
        "markup_percent": round((net / unit_cost - 1) * 100, 2),
        "margin_percent": round((1 - unit_cost / net) * 100, 2),
    }


def economic_order_quantity(
    annual_demand: Annotated[float, Gt(0)],
    cost_per_order: Annotated[float, Gt(0)],
    holding_cost_per_unit: Annotated[float, Gt(0)],
) -> dict[str, float]:
    """Compute the order quantity that minimizes the yearly cost of ordering and holding stock (Wilson formula).

    Args:
        annual_demand: Units sold per year.
        cost_per_order: Fixed cost of placing one order.
        holding_cost_per_unit: Cost of keeping one unit in stock for a year.

    Returns:
        An object with `order_quantity`, `orders_per_year`, `days_between_orders` (365-day year) and `annual_cost`
        (ordering plus holding), rounded to 2 decimals.

    Raises:
        ValueError: If a value is not positive.

    Examples:
        >>> economic_order_quantity(annual_demand=1000, cost_per_order=10, holding_cost_per_unit=0.5)
        {'order_quantity': 200.0, 'orders_per_year': 5.0, 'days_between_orders': 73.0, 'annual_cost': 100.0}
        >>> economic_order_quantity(annual_demand=12000, cost_per_order=75, holding_cost_per_unit=2)
        {'order_quantity': 948.68, 'orders_per_year': 12.65, 'days_between_orders': 28.86, 'annual_cost': 1897.37}
    """
    if min(annual_demand, cost_per_order, holding_cost_per_unit) <= 0:
        raise ValueError("demand and costs must be greater than zero")
    quantity = math.sqrt(2 * annual_demand * cost_per_order / holding_cost_per_unit)
    orders = annual_demand / quantity
    return {
        "order_quantity": round(quantity, 2),
        "orders_per_year": round(orders, 2),
        "days_between_orders": round(365 / orders, 2),
        "annual_cost": round(orders * cost_per_order + quantity / 2 * holding_cost_per_unit, 2),
    }


def stock_reorder_point(
    daily_demand: Annotated[float, Gt(0)],
    lead_time_days: Annotated[float, Gt(0)],
    demand_deviation: Annotated[float, Ge(0)] = 0.0,
    service_level_percent: Annotated[float, Ge(50), Lt(100)] = 95.0,
) -> dict[str, int]:
    """Compute the stock level at which to reorder, including safety stock for normally distributed demand.

    Args:
        daily_demand: Average units sold per day.
        lead_time_days: Days from placing an order to its arrival.
        demand_deviation: Standard deviation of the daily demand in units.
        service_level_percent: Wanted probability in percent of not running out before the delivery, 50 to below 100.

    Returns:
        An object with `safety_stock` and `reorder_point`, both rounded up to whole units.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> stock_reorder_point(daily_demand=20, lead_time_days=5)
        {'safety_stock': 0, 'reorder_point': 100}
        >>> stock_reorder_point(daily_demand=50, lead_time_days=9, demand_deviation=12, service_level_percent=99)
        {'safety_stock': 84, 'reorder_point': 534}
    """
    if daily_demand <= 0 or lead_time_days <= 0 or demand_deviation < 0:
        raise ValueError("daily_demand and lead_time_days must be positive, demand_deviation not negative")
    if not 50 <= service_level_percent < 100:
        raise ValueError("service_level_percent must lie between 50 and below 100")
    z_score = NormalDist().inv_cdf(service_level_percent / 100)
    safety = z_score * demand_deviation * math.sqrt(lead_time_days)
    return {
        "safety_stock": math.ceil(round(safety, 6)),
        "reorder_point": math.ceil(round(daily_demand * lead_time_days + safety, 6)),
    }


def gtin_barcode_check(code: Annotated[str, MinLen(7), MaxLen(20)]) -> dict[str, str | bool]:
    """Verify the check digit of a product barcode number, or supply the missing one.

    Args:
        code: A complete GTIN-8, UPC-A (12 digits), EAN-13 or GTIN-14, or one of them without its check digit
            (7 or 11 digits); spaces and hyphens are ignored.

    Returns:
        An object with `valid` (true for a supplied check digit), `format`, `check_digit` and `full_code`.

    Raises:
        ValueError: If the code has other characters than digits or an unsupported length.

    Examples:
        >>> gtin_barcode_check(code="4006381333931")
        {'valid': True, 'format': 'EAN-13', 'check_digit': '1', 'full_code': '4006381333931'}
        >>> gtin_barcode_check(code="03600029145")
        {'valid': True, 'format': 'UPC-A', 'check_digit': '2', 'full_code': '036000291452'}
    """
    digits = re.sub(r"[\s-]", "", code)
    formats = {8: "GTIN-8", 12: "UPC-A", 13: "EAN-13", 14: "GTIN-14"}
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) not in (7, 8, 11, 12, 13, 14):
        raise ValueError("a barcode number has 8, 12, 13 or 14 digits, or 7 or 11 without the check digit")
    body = digits if len(digits) in (7, 11) else digits[:-1]
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    full_code = body + str(-weighted % 10)
    return {
        "valid": full_code.startswith(digits),
        "format": formats[len(full_code)],
        "check_digit": full_code[-1],
        "full_code": full_code,
    }


def quantity_discount_quote(
    quantity: Annotated[int, Ge(1)],
    tiers: Annotated[list[PriceTier], MinLen(1)],
) -> dict[str, float | int | None]:
    """Quote an order under volume pricing and point out a larger order that would cost no more.

    Args:
        quantity: Number of units wanted, 1 or more.
        tiers: Price tiers in any order; the `unit_price` of the highest `min_quantity` reached holds for all units.

    Returns:
        An object with `unit_price`, `total` (rounded to 2 decimals) and `better_quantity`, the smallest larger tier
        quantity whose total is not above this one, or null.

    Raises:
        ValueError: If the quantity is below every tier, or a quantity or a price in the tiers is out of range.

    Examples:
        >>> quantity_discount_quote(
        ...     quantity=45, tiers=[{"min_quantity": 1, "unit_price": 10}, {"min_quantity": 50, "unit_price": 8.5}]
        ... )
        {'unit_price': 10, 'total': 450, 'better_quantity': 50}
        >>> quantity_discount_quote(
        ...     quantity=12, tiers=[{"min_quantity": 1, "unit_price": 4.2}, {"min_quantity": 100, "unit_price": 3.1}]
        ... )
        {'unit_price': 4.2, 'total': 50.4, 'better_quantity': None}
    """
    if quantity < 1 or any(tier["min_quantity"] < 1 or tier["unit_price"] < 0 for tier in tiers):
        raise ValueError("quantities must be 1 or more and prices must not be negative")
    reached = [tier for tier in tiers if tier["min_quantity"] <= quantity]
    if not reached:
        raise ValueError("the quantity is below the smallest tier")
    price = max(reached, key=lambda tier: tier["min_quantity"])["unit_price"]
    total = price * quantity
    better = [
        tier["min_quantity"]
        for tier in tiers
        if tier["min_quantity"] > quantity and tier["min_quantity"] * tier["unit_price"] <= total
    ]
    return {"unit_price": price, "total": round(total, 2), "better_quantity": min(better, default=None)}


def parcel_billable_weight(
    length_cm: Annotated[float, Gt(0)],
    width_cm: Annotated[float, Gt(0)],
    height_cm: Annotated[float, Gt(0)],
    actual_weight_kg: Annotated[float, Gt(0)],
    volumetric_divisor: Annotated[int, Gt(0)] = 5000,
) -> dict[str, float | str]:
    """Compute the weight a carrier bills for a parcel: the larger of actual and volumetric weight in kilograms.

    Args:
        length_cm: Length in centimeters.
        width_cm: Width in centimeters.
        height_cm: Height in centimeters.
        actual_weight_kg: Weight on the scales in kilograms.
        volumetric_divisor: Cubic centimeters that count as one kilogram, as stated by the carrier.

    Returns:
        An object with `volumetric_weight_kg`, `billable_weight_kg` (rounded up to the next half kilogram) and `basis`,
        "actual" or "volumetric". The volumetric weight is rounded to 2 decimals.

    Raises:
        ValueError: If a measure is not positive.

    Examples:
        >>> parcel_billable_weight(length_cm=60, width_cm=40, height_cm=30, actual_weight_kg=9.2)
        {'volumetric_weight_kg': 14.4, 'billable_weight_kg': 14.5, 'basis': 'volumetric'}
        >>> parcel_billable_weight(
        ...     length_cm=30, width_cm=20, height_cm=15, actual_weight_kg=4, volumetric_divisor=6000
        ... )
        {'volumetric_weight_kg': 1.5, 'billable_weight_kg': 4.0, 'basis': 'actual'}
    """
    if min(length_cm, width_cm, height_cm, actual_weight_kg, volumetric_divisor) <= 0:
        raise ValueError("all measures must be greater than zero")
    volumetric = length_cm * width_cm * height_cm / volumetric_divisor
    billable = max(volumetric, actual_weight_kg)
    return {
        "volumetric_weight_kg": round(volumetric, 2),
        "billable_weight_kg": math.ceil(round(billable * 2, 6)) / 2,
        "basis": "volumetric" if volumetric > actual_weight_kg else "actual",
    }


def best_coupon_for_order(
    order_value: Annotated[float, Gt(0)],
    coupons: Annotated[list[Coupon], MinLen(1)],
) -> dict[str, float | str | None]:
    """Choose the coupon that saves the most on an order.

    Args:
        order_value: Value of the order before discount.
        coupons: Coupons with `code`, `kind` ("percent" or "fixed"), `value` and the `min_order` they require.

    Returns:
        An object with `code` (null if no coupon applies), `discount` and `amount_due`, rounded to 2 decimals. A fixed
        discount never exceeds the order; of equal coupons the first wins.

    Raises:
        ValueError: If the order value is not positive, there are no coupons or a coupon is malformed.

    Examples:
        >>> best_coupon_for_order(
        ...     order_value=80,
        ...     coupons=[
        ...         {"code": "TEN", "kind": "percent", "value": 10, "min_order": 0},
        ...         {"code": "MINUS15", "kind": "fixed", "value": 15, "min_order": 75},
        ...     ],
        ... )
        {'code': 'MINUS15', 'discount': 15, 'amount_due': 65}
        >>> best_coupon_for_order(
        ...     order_value=20, coupons=[{"code": "BIG", "kind": "percent", "value": 25, "min_order": 50}]
        ... )
        {'code': None, 'discount': 0.0, 'amount_due': 20.0}
    """
    if order_value <= 0 or not coupons:
        raise ValueError("order_value must be positive and there must be a coupon")
    best_code: str | None = None
    best_saving = 0.0
    for coupon in coupons:
        value = coupon["value"]
        if coupon["kind"] not in ("percent", "fixed") or value < 0 or (coupon["kind"] == "percent" and value > 100):
            raise ValueError(f"coupon {coupon['code']} has an unknown kind or a value out of range")
        saving = order_value * value / 100 if coupon["kind"] == "percent" else min(value, order_value)
        if order_value >= coupon["min_order"] and saving > best_saving:
            best_code, best_saving = coupon["code"], saving
    discount = round(best_saving, 2)
    return {"code": best_code, "discount": discount, "amount_due": round(order_value - discount, 2)}


def restaurant_bill_split(
    bill: Annotated[float, Gt(0)],
    people: Annotated[int, Ge(1), Le(100)],
    tip_percent: Annotated[float, Ge(0), Le(100)] = 0.0,
    round_up_to_whole: bool = False,
) -> dict[str, float]:
    """Split a restaurant bill with tip equally, so that the shares cover the whole amount.

    Args:
        bill: Amount of the bill before the tip.
        people: Number of people who share the bill, 1 to 100.
        tip_percent: Tip in percent of the bill, 0 to 100.
        round_up_to_whole: Whether every share is raised to a whole currency unit instead of a cent.

    Returns:
        An object with `share` per person, `total_paid` and `tip` (what is paid above the bill), rounded to 2 decimals.

    Raises:
        ValueError: If the bill, the number of people or the tip is out of range.

    Examples:
        >>> restaurant_bill_split(bill=96.5, people=4, tip_percent=15)
        {'share': 27.75, 'total_paid': 111.0, 'tip': 14.5}
        >>> restaurant_bill_split(bill=100, people=3, round_up_to_whole=True)
        {'share': 34.0, 'total_paid': 102.0, 'tip': 2.0}
    """
    if bill <= 0 or not 1 <= people <= 100 or not 0 <= tip_percent <= 100:
        raise ValueError("bill must be positive, people between 1 and 100 and tip_percent between 0 and 100")
    steps = 1 if round_up_to_whole else 100
    share = math.ceil(round(bill * (1 + tip_percent / 100) / people * steps, 6)) / steps
    return {"share": share, "total_paid": round(share * people, 2), "tip": round(share * people - bill, 2)}


def cheapest_pack_per_unit(
    offers: Annotated[list[PackOffer], MinLen(2)],
    unit: Literal["g", "kg", "ml", "l", "piece"] = "piece",
) -> dict[str, str | float | list[str]]:
    """Compare packs of different sizes by their price per unit and name the cheapest.

    Args:
        offers: At least two packs with `name`, `price` and the `amount` they contain.
        unit: Unit in which all amounts are given; grams and milliliters are priced per 100, the others per one.

    Returns:
        An object with `cheapest`, its `price_per_unit` (rounded to 4 decimals), the `price_basis` such as "100 g",
        the `saving_percent` against the dearest pack (2 decimals) and the `ranking` of the names, cheapest first.

    Raises:
        ValueError: If there are fewer than two offers, a price or an amount is not positive or the unit is unknown.

    Examples:
        >>> cheapest_pack_per_unit(  # doctest: +NORMALIZE_WHITESPACE
        ...     offers=[
        ...         {"name": "small", "price": 2.4, "amount": 250},
        ...         {"name": "large", "price": 3.9, "amount": 500},
        ...     ],
        ...     unit="g",
        ... )
        {'cheapest': 'large', 'price_per_unit': 0.78, 'price_basis': '100 g', 'saving_percent': 18.75, 'ranking':
        ['large', 'small']}
        >>> cheapest_pack_per_unit(  # doctest: +NORMALIZE_WHITESPACE
        ...     offers=[{"name": "six-pack", "price": 5.4, "amount": 6}, {"name": "crate", "price": 24, "amount": 24}]
        ... )
        {'cheapest': 'six-pack', 'price_per_unit': 0.9, 'price_basis': '1 piece', 'saving_percent': 10.0, 'ranking':
        ['six-pack', 'crate']}
    """
    if len(offers) < 2 or any(offer["price"] <= 0 or offer["amount"] <= 0 for offer in offers):
        raise ValueError("at least two offers with positive prices and amounts are needed")
    if unit not in ("g", "kg", "ml", "l", "piece"):
        raise ValueError(f"unknown unit: {unit}")
    basis = 100 if unit in ("g", "ml") else 1
    ranking = sorted(offers, key=lambda offer: offer["price"] / offer["amount"])
    lowest, highest = (offer["price"] / offer["amount"] * basis for offer in (ranking[0], ranking[-1]))
    return {
        "cheapest": ranking[0]["name"],
        "price_per_unit": round(lowest, 4),
        "price_basis": f"{basis} {unit}",
        "saving_percent": round((1 - lowest / highest) * 100, 2),
        "ranking": [offer["name"] for offer in ranking],
    }


def sales_tax_from_gross(
    gross_amount: Annotated[float, Ge(0)],
    tax_percent: Annotated[float, Ge(0), Le(100)],
) -> dict[str, float]:
    """Extract the sales tax or VAT contained in a tax-inclusive amount.

    Args:
        gross_amount: Amount including tax.
        tax_percent: Tax rate in percent of the net amount, 0 to 100.

    Returns:
        An object with `net`, `tax` and `gross`, rounded to 2 decimals so that net plus tax gives gross.

    Raises:
        ValueError: If the amount is negative or the rate is out of range.

    Examples:
        >>> sales_tax_from_gross(gross_amount=119, tax_percent=19)
        {'net': 100.0, 'tax': 19.0, 'gross': 119}
        >>> sales_tax_from_gross(gross_amount=49.99, tax_percent=7.5)
        {'net': 46.5, 'tax': 3.49, 'gross': 49.99}
    """
    if gross_amount < 0 or not 0 <= tax_percent <= 100:
        raise ValueError("gross_amount must not be negative and tax_percent must lie between 0 and 100")
    gross = round(gross_amount, 2)
    net = round(gross / (1 + tax_percent / 100), 2)
    return {"net": net, "tax": round(gross - net, 2), "gross": gross}


def conversion_funnel_report(stages: Annotated[dict[str, int], MinLen(2)]) -> dict[str, float | str | list[float]]:
    """Compute the conversion rates of a sales funnel and find the step that loses the largest share.

    Args:
        stages: Visitors reaching every stage, by stage name from first to last; counts never rise.

    Returns:
        An object with `step_rates_percent` (conversion from each stage to the next), `overall_rate_percent` and
        `weakest_step` such as "cart -> checkout". Rates are rounded to 2 decimals.

    Raises:
        ValueError: If there are fewer than two stages, a count rises, or a stage before the last is empty.

    Examples:
        >>> conversion_funnel_report(stages={"visit": 5000, "cart": 600, "checkout": 240, "paid": 180})
        {'step_rates_percent': [12.0, 40.0, 75.0], 'overall_rate_percent': 3.6, 'weakest_step': 'visit -> cart'}
        >>> conversion_funnel_report(stages={"trial": 320, "subscription": 48})
        {'step_rates_percent': [15.0], 'overall_rate_percent': 15.0, 'weakest_step': 'trial -> subscription'}
    """
    names, counts = list(stages), list(stages.values())
    if len(counts) < 2 or min(counts[:-1]) <= 0 or counts[-1] < 0:
        raise ValueError("a funnel needs two or more stages and only the last count may be zero")
    if any(later > earlier for earlier, later in pairwise(counts)):
        raise ValueError("counts must not rise from one stage to the next")
    rates = [later / earlier * 100 for earlier, later in pairwise(counts)]
    weakest = rates.index(min(rates))
    return {
        "step_rates_percent": [round(rate, 2) for rate in rates],
        "overall_rate_percent": round(counts[-1] / counts[0] * 100, 2),
        "weakest_step": f"{names[weakest]} -> {names[weakest + 1]}",
    }


def inventory_abc_classes(
    annual_values: Annotated[dict[str, float], MinLen(1)],
    a_share_percent: Annotated[float, Gt(0), Lt(100)] = 80.0,
    b_share_percent: Annotated[float, Gt(0), Lt(100)] = 15.0,
) -> dict[str, list[str]]:
    """Sort products into A, B and C classes by their share of the yearly sales value.

    Args:
        annual_values: Yearly sales value by product name.
        a_share_percent: Cumulative share of the value that class A covers, in percent.
        b_share_percent: Further share of the value that class B covers, in percent.

    Returns:
        The product names of the classes `A`, `B` and `C`, highest value first; a product belongs to the class in which
        its cumulative share begins.

    Raises:
        ValueError: If there are no products, a value is negative, all are zero or the shares exceed 100.

    Examples:
        >>> inventory_abc_classes(annual_values={"drill": 7000, "saw": 1800, "nails": 700, "tape": 500})
        {'A': ['drill', 'saw'], 'B': ['nails'], 'C': ['tape']}
        >>> inventory_abc_classes(
        ...     annual_values={"bread": 50, "milk": 30, "salt": 20}, a_share_percent=50, b_share_percent=30
        ... )
        {'A': ['bread'], 'B': ['milk'], 'C': ['salt']}
    """
    total = sum(annual_values.values())
    if total <= 0 or min(annual_values.values()) < 0:
        raise ValueError("annual_values must hold values of zero or more with a positive sum")
    if a_share_percent <= 0 or b_share_percent <= 0 or a_share_percent + b_share_percent > 100:
        raise ValueError("the shares must be positive and not exceed 100 together")
    classes: dict[str, list[str]] = {"A": [], "B": [], "C": []}
    covered = 0.0
    for product, value in sorted(annual_values.items(), key=lambda entry: (-entry[1], entry[0])):
        share = round(covered / total * 100, 6)
        letter = "A" if share < a_share_percent else "B" if share < a_share_percent + b_share_percent else "C"
        classes[letter].append(product)
        covered += value
    return classes


def payment_card_check(card_number: Annotated[str, MinLen(12), MaxLen(30)]) -> dict[str, str | bool]:
    """Verify the Luhn check digit of a payment card number and tell its network from the leading digits.

    Args:
        card_number: Card number of 12 to 19 digits, spaces and hyphens allowed.

    Returns:
        An object with `valid`, `network` ("visa", "mastercard", "american_express", "discover" or "other") and
        `masked`, the number with all but the last four digits replaced by asterisks.

    Raises:
        ValueError: If the number has other characters or not 12 to 19 digits.

    Examples:
        >>> payment_card_check(card_number="4111 1111 1111 1111")
        {'valid': True, 'network': 'visa', 'masked': '************1111'}
        >>> payment_card_check(card_number="378282246310006")
        {'valid': False, 'network': 'american_express', 'masked': '***********0006'}
    """
    digits = re.sub(r"[\s-]", "", card_number)
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        raise ValueError("a card number has 12 to 19 digits")
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    prefixes = {
        "visa": r"4",
        "mastercard": r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720",
        "american_express": r"3[47]",
        "discover": r"6011|64[4-9]|65",
    }
    network = next((name for name, pattern in prefixes.items() if re.match(pattern, digits)), "other")
    return {
        "valid": sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0,
        "network": network,
        "masked": "*" * (len(digits) - 4) + digits[-4:],
    }


def subscription_upgrade_charge(
    current_price: Annotated[float, Ge(0)],
    new_price: Annotated[float, Ge(0)],
    days_used: Annotated[int, Ge(0), Le(366)],
    cycle_days: Annotated[int, Ge(1), Le(366)] = 30,
) -> dict[str, float]:
    """Compute the prorated charge or credit when a subscriber changes plan within a billing cycle.

    Args:
        current_price: Price of the current plan per billing cycle, already paid.
        new_price: Price of the new plan per billing cycle.
        days_used: Days of the cycle that have passed, not more than the cycle has.
        cycle_days: Length of the billing cycle in days, 1 to 366.

    Returns:
        An object with `unused_credit`, `new_plan_charge` and `amount_due` (negative for a credit), rounded to
        2 decimals.

    Raises:
        ValueError: If a price is negative or the days are out of range.

    Examples:
        >>> subscription_upgrade_charge(current_price=15, new_price=30, days_used=10)
        {'unused_credit': 10.0, 'new_plan_charge': 20.0, 'amount_due': 10.0}
        >>> subscription_upgrade_charge(current_price=240, new_price=120, days_used=73, cycle_days=365)
        {'unused_credit': 192.0, 'new_plan_charge': 96.0, 'amount_due': -96.0}
    """
    if current_price < 0 or new_price < 0:
        raise ValueError("prices must not be negative")
    if not 1 <= cycle_days <= 366 or not 0 <= days_used <= cycle_days:
        raise ValueError("cycle_days must lie between 1 and 366 and days_used between 0 and cycle_days")
    remaining = (cycle_days - days_used) / cycle_days
    credit, charge = round(current_price * remaining, 2), round(new_price * remaining, 2)
    return {"unused_credit": credit, "new_plan_charge": charge, "amount_due": round(charge - credit, 2)}
