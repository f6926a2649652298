"""Chemistry, physics, biology and orbit calculations."""

import math
import re
from itertools import product
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Science"

_ATOMIC_WEIGHTS = {
    "H": 1.008, "He": 4.0026, "Li": 6.94, "Be": 9.0122, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999,
    "F": 18.998, "Ne": 20.180, "Na": 22.990, "Mg": 24.305, "Al": 26.982, "Si": 28.085, "P": 30.974, "S": 32.06,
    "Cl": 35.45, "Ar": 39.95, "K": 39.098, "Ca": 40.078, "Sc": 44.956, "Ti": 47.867, "V": 50.942, "Cr": 51.996,
    "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Ni": 58.693, "Cu": 63.546, "Zn": 65.38, "Ga": 69.723, "Ge": 72.630,
    "As": 74.922, "Se": 78.971, "Br": 79.904, "Kr": 83.798, "Rb": 85.468, "Sr": 87.62, "Y": 88.906, "Zr": 91.224,
    "Nb": 92.906, "Mo": 95.95, "Ru": 101.07, "Rh": 102.91, "Pd": 106.42, "Ag": 107.87, "Cd": 112.41, "In": 114.82,
    "Sn": 118.71, "Sb": 121.76, "Te": 127.60, "I": 126.90, "Xe": 131.29, "Cs": 132.91, "Ba": 137.33, "La": 138.91,
    "Ce": 140.12, "Nd": 144.24, "Sm": 150.36, "Eu": 151.96, "Gd": 157.25, "W": 183.84, "Pt": 195.08, "Au": 196.97,
    "Hg": 200.59, "Tl": 204.38, "Pb": 207.2, "Bi": 208.98, "Th": 232.04, "U": 238.03,
}  # fmt: skip
_NOBLE_GASES = ((54, "Xe"), (36, "Kr"), (18, "Ar"), (10, "Ne"), (2, "He"))
_AUFBAU_ORDER = ("1s", "2s", "2p", "3s", "3p", "4s", "3d", "4p", "5s", "4d", "5p", "6s", "4f", "5d", "6p")
_AUFBAU_EXCEPTIONS = {
    24: ("4s", "3d", 1), 29: ("4s", "3d", 1), 41: ("5s", "4d", 1), 42: ("5s", "4d", 1), 44: ("5s", "4d", 1),
    45: ("5s", "4d", 1), 46: ("5s", "4d", 2), 47: ("5s", "4d", 1), 57: ("4f", "5d", 1), 58: ("4f", "5d", 1),
    64: ("4f", "5d", 1), 78: ("6s", "5d", 1), 79: ("6s", "5d", 1),
}  # fmt: skip
_CODON_PROTEINS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
_CODONS = dict(zip(map("".join, product("TCAG", repeat=3)), _CODON_PROTEINS, strict=True))


def _count_atoms(formula: str) -> dict[str, int]:
    stack: list[dict[str, int]] = [{}]
    tokens = re.findall(r"([A-Z][a-z]?|[()])(\d{0,4})", formula)
    if not tokens or "".join(symbol + count for symbol, count in tokens) != formula:
        raise ValueError(f"not a chemical formula: {formula!r}")
    for symbol, count in tokens:
        if symbol == "(" and not count:
            stack.append({})
            continue
        if symbol == "(" or (symbol == ")" and len(stack) == 1):
            raise ValueError(f"misplaced parenthesis in {formula!r}")
        if symbol != ")" and symbol not in _ATOMIC_WEIGHTS:
            raise ValueError(f"unknown element {symbol!r} in {formula!r}")
        for element, number in (stack.pop() if symbol == ")" else {symbol: 1}).items():
            stack[-1][element] = stack[-1].get(element, 0) + number * int(count or 1)
    if len(stack) > 1 or not all(stack[0].values()):
        raise ValueError(f"unclosed parenthesis or a count of zero in {formula!r}")
    return stack[0]


def chemical_formula_molar_mass(formula: Annotated[str, MinLen(1), MaxLen(60)]) -> dict[str, float | dict[str, float]]:
    """Compute the molar mass of a compound in g/mol and the mass share of each element from its chemical formula.

    Args:
        formula: Formula with case-sensitive symbols, counts, parentheses and an optional hydrate after a dot, such as
            "Ca(OH)2" or "CuSO4.5H2O"; without charges or isotopes.

    Returns:
        "molar_mass_g_mol" (3 decimals) and "mass_percent" by element (2 decimals).

    Raises:
        ValueError: If the formula is malformed or names an unknown element.

    Examples:
        >>> chemical_formula_molar_mass(formula="C6H12O6")
        {'molar_mass_g_mol': 180.156, 'mass_percent': {'C': 40.0, 'H': 6.71, 'O': 53.28}}
        >>> chemical_formula_molar_mass(formula="CuSO4.5H2O")
        {'molar_mass_g_mol': 249.677, 'mass_percent': {'Cu': 25.45, 'S': 12.84, 'O': 57.67, 'H': 4.04}}
    """
    atoms: dict[str, int] = {}
    for part in formula.split("."):
        match = re.fullmatch(r"(\d{0,3})(.+)", part, re.ASCII)
        if match is None:
            raise ValueError(f"not a chemical formula: {formula!r}")
        for element, count in _count_atoms(match[2]).items():
            atoms[element] = atoms.get(element, 0) + count * int(match[1] or 1)
    masses = {element: count * _ATOMIC_WEIGHTS[element] for element, count in atoms.items()}
    total = sum(masses.values())
    if total == 0:
        raise ValueError(f"the formula contains no atoms: {formula!r}")
    shares = {element: round(mass / total * 100, 2) for element, mass in masses.items()}
    return {"molar_mass_g_mol": round(total, 3), "mass_percent": shares}


def electron_configuration(
    atomic_number: Annotated[int, Ge(1), Le(86)],
    noble_gas_core: bool = True,
) -> str:
    """Write the ground-state electron configuration of a neutral atom, known exceptions such as copper included.

    Args:
        atomic_number: Number of protons, from 1 (hydrogen) to 86 (radon).
        noble_gas_core: Whether to abbreviate the inner shells with the preceding noble gas in brackets.

    Returns:
        The configuration ordered by shell, such as "[Ar] 3d6 4s2".

    Raises:
        ValueError: If the atomic number lies outside 1 to 86.

    Examples:
        >>> electron_configuration(atomic_number=29)
        '[Ar] 3d10 4s1'
        >>> electron_configuration(atomic_number=17, noble_gas_core=False)
        '1s2 2s2 2p6 3s2 3p5'
    """
    if not 1 <= atomic_number <= 86:
        raise ValueError("atomic_number must lie between 1 and 86")
    core = next((gas for gas in _NOBLE_GASES if noble_gas_core and gas[0] < atomic_number), (0, ""))
    filled: dict[str, int] = {}
    placed = 0
    for subshell in _AUFBAU_ORDER:
        electrons = min(4 * "spdf".index(subshell[1]) + 2, atomic_number - placed)
        placed += electrons
        if placed > core[0]:
            filled[subshell] = electrons
    if atomic_number in _AUFBAU_EXCEPTIONS:
        source, target, moved = _AUFBAU_EXCEPTIONS[atomic_number]
        filled[source] -= moved
        filled[target] += moved
    shells = sorted(filled, key=lambda name: (name[0], "spdf".index(name[1])))
    parts = [f"{name}{filled[name]}" for name in shells if filled[name]]
    return " ".join([f"[{core[1]}]", *parts] if core[1] else parts)


def dna_reverse_complement(sequence: Annotated[str, MinLen(1), MaxLen(10000)], as_rna: bool = False) -> str:
    """Compute the reverse complement of a DNA sequence, read 5' to 3'.

    Args:
        sequence: DNA letters A, C, G, T or N for unknown, in upper or lower case, 5' to 3'.
        as_rna: Whether to write the result as RNA, with U in place of T.

    Returns:
        The reverse complement in upper case.

    Raises:
        ValueError: If the sequence is empty or holds other letters.

    Examples:
        >>> dna_reverse_complement(sequence="ATGCCGTA")
        'TACGGCAT'
        >>> dna_reverse_complement(sequence="ggatccaan", as_rna=True)
        'NUUGGAUCC'
    """
    bases = sequence.upper()
    if not bases or set(bases) - set("ACGTN"):
        raise ValueError("the sequence must consist of the letters A, C, G, T and N")
    return bases[::-1].translate(str.maketrans("ACGTN", "UGCAN" if as_rna else "TGCAN"))


def dna_translate_to_protein(
    sequence: Annotated[str, MinLen(3), MaxLen(10000)],
    reading_frame: Annotated[int, Ge(1), Le(3)] = 1,
    stop_at_stop_codon: bool = True,
) -> str:
    """Translate a coding DNA or RNA sequence into one-letter amino acids with the standard genetic code.

    Args:
        sequence: Letters A, C, G and T or U, in upper or lower case, 5' to 3'; incomplete last codons are dropped.
        reading_frame: Position of the first base to read, from 1 to 3.
        stop_at_stop_codon: Whether to end before the first stop codon; otherwise stops appear as "*".

    Returns:
        The amino acid sequence in one-letter codes; empty if it starts with a stop codon.

    Raises:
        ValueError: If the sequence holds other letters or no complete codon, or the frame is unknown.

    Examples:
        >>> dna_translate_to_protein(sequence="ATGGCCATTGTAATGGGCCGCTGAAAGGGTGCCCGATAG")
        'MAIVMGR'
        >>> dna_translate_to_protein(sequence="CAUGUUUUAACCA", reading_frame=2, stop_at_stop_codon=False)
        'MF*P'
    """
    bases = sequence.upper().replace("U", "T")
    if set(bases) - set("ACGT") or reading_frame not in (1, 2, 3) or len(bases) < reading_frame + 2:
        raise ValueError("a sequence of A, C, G, T or U with a complete codon and a frame from 1 to 3 is needed")
    protein = "".join(_CODONS[bases[i : i + 3]] for i in range(reading_frame - 1, len(bases) - 2, 3))
    return protein.split("*")[0] if stop_at_stop_codon else protein


def punnett_square_genotypes(
    first_parent: Annotated[str, MinLen(2), MaxLen(6)],
    second_parent: Annotated[str, MinLen(2), MaxLen(6)],
) -> dict[str, int]:
    """Count the offspring genotypes in the Punnett square of two parents for one to three independent genes.

    Args:
        first_parent: Genotype with two letters per gene, upper case for the dominant allele, such as "Aa" or "AaBb".
        second_parent: Genotype of the other parent for the same genes in the same order.

    Returns:
        The number of squares by genotype, dominant alleles written first, most frequent genotype first.

    Raises:
        ValueError: If a genotype is malformed or the parents differ in their genes.

    Examples:
        >>> punnett_square_genotypes(first_parent="Aa", second_parent="Aa")
        {'Aa': 2, 'AA': 1, 'aa': 1}
        >>> punnett_square_genotypes(first_parent="AaBb", second_parent="aabb")
        {'AaBb': 4, 'Aabb': 4, 'aaBb': 4, 'aabb': 4}
    """
    gametes: list[list[str]] = []
    for parent in (first_parent, second_parent):
        genes = [parent[i : i + 2] for i in range(0, len(parent), 2)]
        letters = [gene[0].lower() for gene in genes]
        if not re.fullmatch(r"([A-Za-z]{2}){1,3}", parent) or len(set(letters)) != len(letters):
            raise ValueError(f"a genotype needs two letters for each of one to three genes: {parent!r}")
        if parent.lower() != "".join(letter * 2 for letter in letters) or parent.lower() != first_parent.lower():
            raise ValueError(f"both alleles and both parents must have the same genes: {parent!r}")
        gametes.append(["".join(alleles) for alleles in product(*genes)])
    counts: dict[str, int] = {}
    for mother, father in product(*gametes):
        genotype = "".join("".join(sorted(pair)) for pair in zip(mother, father, strict=True))
        counts[genotype] = counts.get(genotype, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def hardy_weinberg_test(
    homozygous_dominant: Annotated[int, Ge(0), Le(10000000)],
    heterozygous: Annotated[int, Ge(0), Le(10000000)],
    homozygous_recessive: Annotated[int, Ge(0), Le(10000000)],
) -> dict[str, float | list[float] | bool]:
    """Compute allele frequencies from genotype counts and test them for Hardy-Weinberg equilibrium (chi-square, 5 %).

    Args:
        homozygous_dominant: Individuals with two dominant alleles (AA).
        heterozygous: Individuals with one allele of each kind (Aa).
        homozygous_recessive: Individuals with two recessive alleles (aa).

    Returns:
        "p" and "q" (4 decimals), "expected_counts" for AA, Aa and aa (2 decimals), "chi_square" (3 decimals) and
        "in_equilibrium", true below the critical value 3.841 for one degree of freedom.

    Raises:
        ValueError: If a count is negative or only one allele occurs.

    Examples:
        >>> hardy_weinberg_test(homozygous_dominant=50, heterozygous=40, homozygous_recessive=10)
        {'p': 0.7, 'q': 0.3, 'expected_counts': [49.0, 42.0, 9.0], 'chi_square': 0.227, 'in_equilibrium': True}
        >>> hardy_weinberg_test(homozygous_dominant=180, heterozygous=40, homozygous_recessive=30)
        {'p': 0.8, 'q': 0.2, 'expected_counts': [160.0, 80.0, 10.0], 'chi_square': 62.5, 'in_equilibrium': False}
    """
    observed = (homozygous_dominant, heterozygous, homozygous_recessive)
    total = sum(observed)
    if min(observed) < 0 or total in (homozygous_dominant, homozygous_recessive):
        raise ValueError("counts must not be negative and both alleles must occur")
    p = (2 * homozygous_dominant + heterozygous) / (2 * total)
    q = 1 - p
    expected = (p * p * total, 2 * p * q * total, q * q * total)
    chi_square = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return {
        "p": round(p, 4),
        "q": round(q, 4),
        "expected_counts": [round(e, 2) for e in expected],
        "chi_square": round(chi_square, 3),
        "in_equilibrium": chi_square < 3.841,
    }


def projectile_flight(
    speed_m_s: Annotated[float, Gt(0), Le(12000)],
    angle_degrees: Annotated[float, Ge(0), Le(90)],
    initial_height_m: Annotated[float, Ge(0), Le(10000)] = 0.0,
    gravity_m_s2: Annotated[float, Ge(0.1), Le(300)] = 9.80665,
) -> dict[str, float]:
    """Compute range, peak height and flight time of a projectile over level ground without air resistance.

    Args:
        speed_m_s: Launch speed in metres per second, above 0.
        angle_degrees: Launch angle above the horizontal in degrees, from 0 to 90.
        initial_height_m: Launch height above the ground in metres, 0 or more.
        gravity_m_s2: Gravitational acceleration in m/s², standard Earth gravity by default.

    Returns:
        "range_m", "max_height_m" (above the ground) and "flight_time_s", rounded to 2 decimals.

    Raises:
        ValueError: If speed or gravity is not positive, the height is negative or the angle is out of range.

    Examples:
        >>> projectile_flight(speed_m_s=20, angle_degrees=45)
        {'range_m': 40.79, 'max_height_m': 10.2, 'flight_time_s': 2.88}
        >>> projectile_flight(speed_m_s=12.5, angle_degrees=30, initial_height_m=1.8, gravity_m_s2=1.62)
        {'range_m': 86.54, 'max_height_m': 13.86, 'flight_time_s': 7.99}
    """
    if min(speed_m_s, gravity_m_s2) <= 0 or initial_height_m < 0 or not 0 <= angle_degrees <= 90:
        raise ValueError("speed and gravity must be positive, the height not negative, the angle from 0 to 90")
    angle = math.radians(angle_degrees)
    upward = speed_m_s * math.sin(angle)
    time = (upward + math.sqrt(upward**2 + 2 * gravity_m_s2 * initial_height_m)) / gravity_m_s2
    return {
        "range_m": round(speed_m_s * math.cos(angle) * time, 2),
        "max_height_m": round(initial_height_m + upward**2 / (2 * gravity_m_s2), 2),
        "flight_time_s": round(time, 2),
    }


def ideal_gas_missing_quantity(
    pressure_kpa: Annotated[float, Ge(1e-6), Le(1e9)] | None = None,
    volume_l: Annotated[float, Ge(1e-6), Le(1e9)] | None = None,
    amount_mol: Annotated[float, Ge(1e-6), Le(1e9)] | None = None,
    temperature_k: Annotated[float, Ge(1e-6), Le(1e9)] | None = None,
) -> dict[str, str | float]:
    """Solve the ideal gas law for the one of pressure, volume, amount and temperature that is left out.

    Args:
        pressure_kpa: Pressure in kilopascals, from 1e-6 to 1e9.
        volume_l: Volume in litres, from 1e-6 to 1e9.
        amount_mol: Amount of gas in moles, from 1e-6 to 1e9.
        temperature_k: Absolute temperature in kelvins, from 1e-6 to 1e9.

    Returns:
        "quantity", the name of the missing parameter, and its "value", rounded to 4 decimals.

    Raises:
        ValueError: Unless exactly three positive quantities are given.

    Examples:
        >>> ideal_gas_missing_quantity(pressure_kpa=101.325, amount_mol=1, temperature_k=273.15)
        {'quantity': 'volume_l', 'value': 22.414}
        >>> ideal_gas_missing_quantity(volume_l=12, amount_mol=0.75, temperature_k=310)
        {'quantity': 'pressure_kpa', 'value': 161.0927}
    """
    names = ("pressure_kpa", "volume_l", "amount_mol", "temperature_k")
    given = dict(zip(names, (pressure_kpa, volume_l, amount_mol, temperature_k), strict=True))
    known = {name: value for name, value in given.items() if value is not None}
    if len(known) != 3 or min(known.values()) <= 0:
        raise ValueError("exactly three quantities must be given, all of them positive")
    p, v, n, t = (known.get(name, 1.0) for name in names)
    constant = 8.314462618
    missing = next(name for name, value in given.items() if value is None)
    value = n * constant * t / (p * v) if missing in ("pressure_kpa", "volume_l") else p * v / (n * constant * t)
    return {"quantity": missing, "value": round(value, 4)}


def radioactive_decay_remaining(
    initial_amount: Annotated[float, Gt(0), Le(1e12)],
    half_life: Annotated[float, Ge(1e-6), Le(1e12)],
    elapsed_time: Annotated[float, Ge(0), Le(1e12)],
) -> dict[str, float]:
    """Compute how much of a radioactive sample is left after a given time.

    Args:
        initial_amount: Amount at the start in any unit (grams, becquerels, ...), above 0.
        half_life: Half-life in any time unit, at least 1e-6.
        elapsed_time: Time elapsed, in the same unit as the half-life, 0 or more.

    Returns:
        "remaining" and "decayed" in the unit of the amount (4 decimals) and "half_lives" elapsed (3 decimals).

    Raises:
        ValueError: If amount or half-life is not positive or the time is negative.

    Examples:
        >>> radioactive_decay_remaining(initial_amount=80, half_life=8.02, elapsed_time=24.06)
        {'remaining': 10.0, 'decayed': 70.0, 'half_lives': 3.0}
        >>> radioactive_decay_remaining(initial_amount=5.0, half_life=5730, elapsed_time=2000)
        {'remaining': 3.9255, 'decayed': 1.0745, 'half_lives': 0.349}
    """
    if min(initial_amount, half_life) <= 0 or elapsed_time < 0:
        raise ValueError("amount and half-life must be positive and the elapsed time not negative")
    half_lives = elapsed_time / half_life
    remaining = initial_amount * 0.5**half_lives
    return {
        "remaining": round(remaining, 4),
        "decayed": round(initial_amount - remaining, 4),
        "half_lives": round(half_lives, 3),
    }


def serial_dilution_series(
    stock_concentration: Annotated[float, Gt(0), Le(1e12)],
    dilution_factor: Annotated[float, Gt(1), Le(1000)],
    steps: Annotated[int, Ge(1), Le(12)],
    final_volume_ml: Annotated[float, Gt(0), Le(100000)] = 10.0,
) -> list[dict[str, float]]:
    """Plan a serial dilution: the volumes to pipette at each step and the concentration of every tube.

    Args:
        stock_concentration: Concentration of the stock in any unit, above 0.
        dilution_factor: Factor by which every step dilutes the previous tube, above 1 and up to 1000.
        steps: Number of dilution steps, from 1 to 12.
        final_volume_ml: Volume mixed in each tube in millilitres, above 0.

    Returns:
        One entry per step with "transfer_ml" and "diluent_ml" (3 decimals) and "concentration" in the stock's unit
        (6 significant digits).

    Raises:
        ValueError: If concentration or volume is not positive, the factor not above 1, or steps is below 1.

    Examples:
        >>> serial_dilution_series(  # doctest: +NORMALIZE_WHITESPACE
        ...     stock_concentration=1000, dilution_factor=10, steps=3
        ... )
        [{'transfer_ml': 1.0, 'diluent_ml': 9.0, 'concentration': 100.0}, {'transfer_ml': 1.0, 'diluent_ml': 9.0,
        'concentration': 10.0}, {'transfer_ml': 1.0, 'diluent_ml': 9.0, 'concentration': 1.0}]
        >>> serial_dilution_series(  # doctest: +NORMALIZE_WHITESPACE
        ...     stock_concentration=2.4, dilution_factor=2, steps=2, final_volume_ml=5
        ... )
        [{'transfer_ml': 2.5, 'diluent_ml': 2.5, 'concentration': 1.2}, {'transfer_ml': 2.5, 'diluent_ml': 2.5,
        'concentration': 0.6}]
    """
    if min(stock_concentration, final_volume_ml) <= 0 or dilution_factor <= 1 or steps < 1:
        raise ValueError("concentration and volume must be positive, the factor above 1 and steps at least 1")
    transfer = final_volume_ml / dilution_factor
    return [
        {
            "transfer_ml": round(transfer, 3),
            "diluent_ml": round(final_volume_ml - transfer, 3),
            "concentration": float(f"{stock_concentration / dilution_factor**step:.6g}"),
        }
        for step in range(1, steps + 1)
    ]


def buffer_solution_ph(
    pka: Annotated[float, Ge(-2), Le(16)],
    acid_concentration: Annotated[float, Gt(0), Le(20)],
    base_concentration: Annotated[float, Gt(0), Le(20)],
) -> float:
    """Compute the pH of a buffer from its weak acid and conjugate base with the Henderson-Hasselbalch equation.

    Args:
        pka: Acid dissociation constant pKa of the weak acid, from -2 to 16.
        acid_concentration: Concentration of the weak acid in mol/L, above 0.
        base_concentration: Concentration of the conjugate base in mol/L, above 0.

    Returns:
        The pH, rounded to 2 decimals.

    Raises:
        ValueError: If a concentration is not positive.

    Examples:
        >>> buffer_solution_ph(pka=4.76, acid_concentration=0.1, base_concentration=0.2)
        5.06
        >>> buffer_solution_ph(pka=7.21, acid_concentration=0.05, base_concentration=0.03)
        6.99
    """
    if min(acid_concentration, base_concentration) <= 0:
        raise ValueError("concentrations must be positive")
    return round(pka + math.log10(base_concentration / acid_concentration), 2)


def orbital_period(
    semi_major_axis_km: Annotated[float, Gt(0), Le(1e12)],
    central_mass_kg: Annotated[float, Ge(1e6), Le(1e35)] = 5.9722e24,
    unit: Literal["minutes", "hours", "days"] = "hours",
) -> float:
    """Compute the period of an orbit from its semi-major axis and the central mass with Kepler's third law.

    Args:
        semi_major_axis_km: Semi-major axis, measured from the centre of the central body, in kilometres, above 0.
        central_mass_kg: Mass of the central body in kilograms, at least 1e6, the Earth's by default.
        unit: Time unit of the result.

    Returns:
        The orbital period in the chosen unit, rounded to 3 decimals.

    Raises:
        ValueError: If axis or mass is not positive.

    Examples:
        >>> orbital_period(semi_major_axis_km=6778, unit="minutes")
        92.557
        >>> orbital_period(semi_major_axis_km=227939200, central_mass_kg=1.98847e30, unit="days")
        686.961
    """
    if min(semi_major_axis_km, central_mass_kg) <= 0:
        raise ValueError("semi-major axis and central mass must be positive")
    axis_m = semi_major_axis_km * 1000.0
    seconds = 2 * math.pi * axis_m * math.sqrt(axis_m / (6.6743e-11 * central_mass_kg))
    return round(seconds / {"minutes": 60, "hours": 3600, "days": 86400}[unit], 3)


def thin_lens_image(
    focal_length_cm: Annotated[float, Ge(-10000), Le(10000)],
    object_distance_cm: Annotated[float, Gt(0), Le(1000000)],
) -> dict[str, float | str]:
    """Compute position, magnification and kind of the image a thin lens forms of an object.

    Args:
        focal_length_cm: Focal length in centimetres, positive for a converging lens, negative for a diverging one.
        object_distance_cm: Distance from object to lens in centimetres, above 0.

    Returns:
        "image_distance_cm" (2 decimals, negative on the object's side), "magnification" (3 decimals, negative when
        inverted) and "image_type" ("real" or "virtual").

    Raises:
        ValueError: If the focal length is zero, the object distance not positive, or the object at the focal point.

    Examples:
        >>> thin_lens_image(focal_length_cm=10, object_distance_cm=30)
        {'image_distance_cm': 15.0, 'magnification': -0.5, 'image_type': 'real'}
        >>> thin_lens_image(focal_length_cm=-15, object_distance_cm=20)
        {'image_distance_cm': -8.57, 'magnification': 0.429, 'image_type': 'virtual'}
    """
    if focal_length_cm == 0 or object_distance_cm <= 0:
        raise ValueError("the focal length must not be zero and the object distance must be positive")
    if math.isclose(focal_length_cm, object_distance_cm):
        raise ValueError("an object at the focal point forms its image at infinity")
    image = focal_length_cm * object_distance_cm / (object_distance_cm - focal_length_cm)
    return {
        "image_distance_cm": round(image, 2),
        "magnification": round(-image / object_distance_cm, 3),
        "image_type": "real" if image > 0 else "virtual",
    }
