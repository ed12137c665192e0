"""What a hyperparameter does: the roles that a spec can declare, and that remedies ask for."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["capacity", "length", "speed", "regularization", "sampling", "patience", "architecture"]
"""`capacity`: how much the model can express. `length`: how long it trains. `speed`: how far one step goes.
`regularization`: what more of holds it back. `sampling`: what less of holds it back. `patience`: when it stops early.
`architecture`: which kind of model it is."""
ROLES: tuple[Role, ...] = get_args(Role)
