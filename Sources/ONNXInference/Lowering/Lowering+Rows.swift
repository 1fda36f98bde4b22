import TensorKernels

// Reductions, and what works on whole rows.

extension Lowering {
  mutating func lowerReduction(
    _ input: Int, _ kind: Reduction, axes: [Int], shape: [Int]
  ) -> View {
    let source = view(of: input)
    let result = allocate(shape, strides: source.denseStrides(for: shape))
    let output = shape.indices.map { axes.contains($0) ? 0 : result.strides[$0] }
    let reduction = StridedReduction(
      kind, shape: source.shape, input: source.strides, output: output,
      outputCount: shape.product)
    addStep("reduce", using: [source, result]) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      return { reduction.run(from, into: to) }
    }
    return result
  }

  /// Returns a view whose last dimensions are dense rows, which follow each other in any order.
  private mutating func withRows(_ view: View, dimensions: Int) -> View {
    let trailing = Array(view.rank - dimensions..<view.rank)
    let leading = view.order.filter { $0 < view.rank - dimensions }
    return arranged(view, Strides.dense(view.shape, order: leading + trailing))
  }

  mutating func lowerSoftmax(_ input: Int, isLogarithm: Bool) -> View {
    let source = withRows(view(of: input), dimensions: 1)
    let result = allocate(source.shape, strides: source.strides)
    let columns = source.shape[source.rank - 1]
    let rows = source.count / columns
    addStep("softmax", using: [source, result]) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      return {
        softmaxRows(
          from, isLogarithm: isLogarithm, into: to, rows: rows, columns: columns, stride: columns)
      }
    }
    return result
  }

  mutating func lowerNorm(
    _ inputs: [Int], dimensions: Int, epsilon: Float, hasGamma: Bool, hasBeta: Bool
  ) -> View {
    let given = view(of: inputs[0])
    let columns = Array(given.shape.suffix(dimensions)).product
    let rows = given.count / columns
    let source = withRows(given, dimensions: dimensions)
    let result = allocate(given.shape, strides: source.strides)
    let gamma = hasGamma ? rowMajor(view(of: inputs[1])) : nil
    let beta = hasBeta ? rowMajor(view(of: inputs[hasGamma ? 2 : 1])) : nil
    let parameters = [gamma, beta].compactMap { $0 }
    addStep("norm", using: [source, result] + parameters) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      let (scale, shift) = (gamma.map(memory.pointer), beta.map(memory.pointer))
      return {
        normalizeRows(
          from, epsilon: epsilon, gamma: scale, beta: shift, into: to, rows: rows,
          columns: columns)
      }
    }
    return result
  }
}
