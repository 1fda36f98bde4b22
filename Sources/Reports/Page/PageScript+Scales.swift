extension PageScript {
  /// Axes of the page's chart: values to pixels and back, and round ticks.
  static let scales = #"""
    // Maps values to pixels. Logarithmic axes of accuracies are those of the error, 100 - accuracy.
    function makeScale(values, quantity, isLogarithmic, from, to) {
      const isError = isLogarithmic && !quantity.isCost;
      const place = (value) => !isLogarithmic ? value
        : isError ? -Math.log(Math.max(0.01, 100 - value)) : Math.log(Math.max(1e-9, value));
      let [low, high] = values.length
        ? [Math.min(...values.map(place)), Math.max(...values.map(place))] : [0, 1];
      const span = Math.max(high - low, isLogarithmic ? 0.2 : quantity.isCost ? 0.05 * high : 2, 1e-9);
      [low, high] = [(low + high - span) / 2 - 0.07 * span, (low + high + span) / 2 + 0.07 * span];
      if (!isLogarithmic && quantity.isCost) low = Math.max(0, low);
      if (!isLogarithmic && !quantity.isCost) high = Math.min(100, high);
      const unplace = (at) => !isLogarithmic ? at : isError ? 100 - Math.exp(-at) : Math.exp(at);
      return {
        pixel: (value) => from + (to - from) * (place(value) - low) / (high - low),
        value: (pixel) => unplace(low + (high - low) * (pixel - from) / (to - from)),
        low: unplace(low), high: unplace(high), isError, isLogarithmic,
        has: (value) => place(value) >= low && place(value) <= high,
      };
    }

    const steps = (low, high, digits) => {
      const found = [];
      for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent += 1) {
        for (const digit of digits) {
          const value = digit * 10 ** exponent;
          if (value >= low && value <= high) found.push(value);
        }
      }
      return found;
    };

    // Round values inside a scale, at most so many.
    function ticksOf(scale, most) {
      if (scale.isLogarithmic) {
        const [low, high] = scale.isError
          ? [Math.max(0.01, 100 - scale.high), 100 - scale.low] : [Math.max(1e-9, scale.low), scale.high];
        let best = [];
        for (const digits of [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7], [1, 1.5, 2, 3, 4, 5, 6, 8],
          [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]]) {
          const found = steps(low, high, digits);
          if (found.length <= most && found.length > best.length) best = found;
        }
        if (best.length > 1) return best.map((value) => (scale.isError ? 100 - value : value));
      }
      const span = scale.high - scale.low;
      let step = 10 ** Math.floor(Math.log10(span / most));
      for (const factor of [1, 2, 5, 10]) {
        if (span / (step * factor) <= most) {
          step *= factor;
          break;
        }
      }
      const found = [];
      for (let index = Math.ceil(scale.low / step); index * step <= scale.high; index += 1) {
        found.push(index * step);
      }
      return found;
    }

    const brief = (value) => !isNumber(value) ? "–"
      : Number(value.toPrecision(Math.abs(value) >= 1000 ? 4 : 3)).toString();
    const amount = (value, quantity) => quantity.isCost
      ? brief(value) + " " + quantity.unit : value.toFixed(2) + " %";
    """#
}
