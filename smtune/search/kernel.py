"""A Matern kernel with one length scale a hyperparameter, however many columns it has."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.gaussian_process.kernels import Matern


class GroupedMatern(Matern):  # type: ignore[misc]  # scikit-learn has no types
    """`groups` says for each column of X to which of the length scales it belongs."""

    def __init__(
        self,
        length_scale: Any = 1.0,
        length_scale_bounds: Any = (1e-5, 1e5),
        nu: float = 2.5,
        groups: Any = None,
    ) -> None:
        super().__init__(length_scale, length_scale_bounds, nu)
        self.groups = groups

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:  # noqa: N803  scikit-learn's
        scales = np.atleast_1d(self.length_scale)  # scikit-learn makes a number of a single one
        each = Matern(scales[self.groups], nu=self.nu)
        if not eval_gradient:
            return each(X, Y)
        kernel, gradient = each(X, eval_gradient=True)
        return kernel, gradient @ np.eye(len(scales))[self.groups]
