"""CRC-32C and CRC-64/NVME, beside the definition and their published check values."""

from __future__ import annotations

import functools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smtune.local.crc import POLYNOMIALS, Crc


@functools.cache
def eight_steps(polynomial: int, low: int) -> int:
    """What they make of a state of these eight bits: whatever is above them is only shifted meanwhile."""
    for _ in range(8):
        low = (low >> 1) ^ (polynomial if low & 1 else 0)
    return low


def by_definition(algorithm: str, data: bytes) -> bytes:
    polynomial, width = POLYNOMIALS[algorithm]
    state = ones = (1 << width) - 1
    for byte in data:
        state = (state >> 8) ^ eight_steps(polynomial, (state ^ byte) & 0xFF)
    return (state ^ ones).to_bytes(width // 8, "big")


def of_parts(algorithm: str, *parts: bytes) -> bytes:
    crc = Crc(algorithm)
    for part in parts:
        crc.update(part)
    return crc.digest()


@pytest.mark.parametrize(("algorithm", "check"), [("crc32c", "e3069283"), ("crc64nvme", "ae8b14860a799888")])
def test_the_published_check_values(algorithm: str, check: str) -> None:
    assert of_parts(algorithm, b"123456789").hex() == check


@pytest.mark.parametrize("algorithm", POLYNOMIALS)
@given(seed=st.binary(min_size=1, max_size=9), size=st.integers(0, 20_000), cut=st.integers(0, 20_000))
@example(seed=b"\0", size=4_096, cut=0)
@example(seed=b"\1\2\3", size=4_095, cut=4_000)
@example(seed=b"\1\2\3", size=4_097, cut=8)
def test_any_bytes_in_any_parts(algorithm: str, seed: bytes, size: int, cut: int) -> None:
    data = (seed * (size // len(seed) + 1))[:size]
    assert of_parts(algorithm, data[:cut], data[cut:]) == by_definition(algorithm, data)


@pytest.mark.parametrize("algorithm", POLYNOMIALS)
def test_more_than_a_block(algorithm: str) -> None:
    data = bytes(range(251)) * 4_300  # a mebibyte and some
    assert of_parts(algorithm, data[:7], data[7:]) == by_definition(algorithm, data)
