"""Prints written RUTs with the verdict of the PyPI library `python-stdnum`.

The verdict is `valid` with the compact form, `digit` with the verifier that is due, or `form`.
The library only judges bodies of seven and eight digits; for shorter ones it computes the
verifier alone, which is what their rows rest on.
"""

import csv
import random
import sys

from stdnum.cl import rut
from stdnum.exceptions import InvalidChecksum, ValidationError

VERIFIERS = "0123456789K"
CHANCE = random.Random(20983)


def forms(body, verifier):
    dotted = f"{body:,}".replace(",", ".")
    yield f"{dotted}-{verifier}"
    yield f"{body}-{verifier}"
    yield f"{body}{verifier}"
    yield f"{body}-{verifier.lower()}"
    yield f"  {dotted}-{verifier} "
    yield f"{body:08}-{verifier}"


def verdict(text, body):
    due = rut.calc_check_digit(str(body))
    try:
        rut.validate(text)
    except InvalidChecksum:
        return "digit", due
    except ValidationError:
        return "form", ""
    return "valid", f"{body}-{due}"


def short_verdict(text, body):
    due = rut.calc_check_digit(str(body))
    same = text.strip().upper().endswith(due)
    return ("valid", f"{body}-{due}") if same else ("digit", due)


def rows():
    for _ in range(60):
        body = CHANCE.randrange(1_000_000, 100_000_000)
        due = rut.calc_check_digit(str(body))
        wrong = CHANCE.choice(VERIFIERS.replace(due, ""))
        for text in [*forms(body, due), CHANCE.choice([*forms(body, wrong)])]:
            yield text, *verdict(text, body)
        broken = list(f"{body}{due}")
        broken[CHANCE.randrange(len(broken) - 1)] = CHANCE.choice("AKX/")
        yield "".join(broken), *verdict("".join(broken), body)
    for digits in range(1, 7):
        for _ in range(4):
            body = CHANCE.randrange(10 ** (digits - 1), 10**digits)
            for verifier in CHANCE.sample(VERIFIERS, 2) + [rut.calc_check_digit(str(body))]:
                text = f"{body}-{verifier}"
                yield text, *short_verdict(text, body)


writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["text", "verdict", "detail"])
writer.writerows(rows())
