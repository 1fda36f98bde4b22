"""Student's t-test of paired differences."""

import math
import statistics


def two_sided_p(values):
    """Returns how likely a mean as far from 0 is where the mean is 0; None of fewer than two values.

    With tan θ₀ = |t|/√ν and the density's substitution t = √ν·tan θ, p = ∫ cos^(ν−1) from θ₀ to π/2, over
    the same from 0: ν = n − 1 degrees of freedom. Simpson's rule of 2,000 intervals.
    """
    if len(values) < 2:
        return None
    spread, degrees = statistics.stdev(values), len(values) - 1
    if spread == 0:
        return 1.0 if values[0] == 0 else 0.0
    t = statistics.mean(values) / (spread / math.sqrt(len(values)))
    start = math.atan(abs(t) / math.sqrt(degrees))

    def integral(low):
        count = 2000
        step = (math.pi / 2 - low) / count
        total = 0.0
        for i in range(count + 1):
            weight = 1 if i in (0, count) else 4 if i % 2 else 2
            total += weight * max(0.0, math.cos(low + i * step)) ** (degrees - 1)
        return total * step / 3

    return integral(start) / integral(0)
