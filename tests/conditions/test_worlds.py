"""The hand-built steps are what they claim: balanced."""

import pytest

from worlds_conditions import (
    cadmium_exchange,
    co_growth,
    complexation,
    exchange_to_au36,
    mixture_of_sg,
    reduction_to_au25,
)


@pytest.mark.parametrize(
    "step",
    [complexation(), reduction_to_au25(), co_growth(), exchange_to_au36(), mixture_of_sg(), cadmium_exchange()],
    ids=lambda s: s.product.formula,
)
def test_equations_balance(step):
    assert step.equation.imbalance() == {}
    assert step.electron_equation.imbalance() == {}
