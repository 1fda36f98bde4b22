import TensorKernels

// Values one by one, and moves.

extension Lowering {
  mutating func lowerPointwise(_ input: Int, _ function: PointwiseOperation) -> View {
    let source = view(of: input)
    let result = allocate(source.shape, strides: source.denseStrides(for: source.shape))
    if source.matches(result.strides) {
      let count = source.count
      addStep("pointwise", using: [source, result]) { memory in
        let (from, to) = (memory.pointer(source), memory.mutable(result))
        return { TensorKernels.apply(function, from, into: to, count: count) }
      }
      return result
    }
    copy(source, to: result)
    apply(function, inPlace: result)
    return result
  }

  /// Applies a function to a buffer without gaps.
  private mutating func apply(_ function: PointwiseOperation, inPlace view: View) {
    addStep("pointwise", using: [view]) { memory in
      let values = memory.mutable(view)
      return { TensorKernels.apply(function, values, into: values, count: view.count) }
    }
  }

  mutating func lowerCombination(
    _ inputs: [Int], _ function: CombiningOperation, then: PointwiseOperation?, shape: [Int]
  ) -> View {
    let operands = inputs.map { view(of: $0) }
    // The larger operand says how the result lies.
    let leader = operands[0].count >= operands[1].count ? operands[0] : operands[1]
    let result = allocate(shape, strides: leader.broadcast(to: shape).denseStrides(for: shape))
    let (left, right) = (operands[0].broadcast(to: shape), operands[1].broadcast(to: shape))
    if function == .add, left.matches(result.strides), right.matches(result.strides) {
      addStep("add", using: [left, right, result]) { memory in
        let (a, b, to) = (memory.pointer(left), memory.pointer(right), memory.mutable(result))
        return { TensorKernels.apply(then, a, addend: b, into: to, count: result.count) }
      }
      return result
    }
    let walk = StridedWalk(
      shape: shape, operands: [result.strides, left.strides, right.strides])
    addStep("combine", using: [left, right, result]) { memory in
      let (a, b, to) = (memory.pointer(left), memory.pointer(right), memory.mutable(result))
      let (count, strides) = (walk.rowCount, walk.rowStrides)
      return {
        walk.forEachRow { offsets in
          combine(
            function, a + offsets[1], leftStride: strides[1], b + offsets[2],
            rightStride: strides[2], into: to + offsets[0], count: count)
        }
      }
    }
    if let then { apply(then, inPlace: result) }
    return result
  }

  mutating func lowerSelection(_ inputs: [Int], shape: [Int]) -> View {
    let parts = inputs.map { view(of: $0).broadcast(to: shape) }
    let result = allocate(shape)
    let walk = StridedWalk(shape: shape, operands: [result.strides] + parts.map(\.strides))
    addStep("select", using: parts + [result]) { memory in
      let pointers = parts.map { memory.pointer($0) }
      let to = memory.mutable(result)
      let (count, strides) = (walk.rowCount, walk.rowStrides)
      return {
        walk.forEachRow { offsets in
          select(
            pointers[0] + offsets[1], conditionStride: strides[1], pointers[1] + offsets[2],
            leftStride: strides[2], pointers[2] + offsets[3], rightStride: strides[3],
            into: to + offsets[0], count: count)
        }
      }
    }
    return result
  }

  mutating func lowerAffine(_ inputs: [Int], axis: Int, shape: [Int]) -> View {
    let source = view(of: inputs[0])
    func alongAxis(_ view: View) -> View {
      var result = view
      result.shape = shape
      result.strides = shape.indices.map { $0 == axis ? 1 : 0 }
      return result
    }
    let (scale, shift) = (alongAxis(view(of: inputs[1])), alongAxis(view(of: inputs[2])))
    let result = allocate(shape, strides: source.denseStrides(for: shape))
    let walk = StridedWalk(
      shape: shape, operands: [result.strides, source.strides, scale.strides])
    addStep("affine", using: [source, scale, shift, result]) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      let (factors, addends) = (memory.pointer(scale), memory.pointer(shift))
      let (count, strides) = (walk.rowCount, walk.rowStrides)
      return {
        walk.forEachRow { offsets in
          let row = to + offsets[0]
          combine(
            .multiply, from + offsets[1], leftStride: strides[1], factors + offsets[2],
            rightStride: strides[2], into: row, count: count)
          combine(
            .add, row, leftStride: 1, addends + offsets[2], rightStride: strides[2], into: row,
            count: count)
        }
      }
    }
    return result
  }

  mutating func lowerConcatenation(_ inputs: [Int], axis: Int, shape: [Int]) -> View {
    let operands = inputs.map { view(of: $0) }
    let leader = operands.max { $0.count < $1.count } ?? operands[0]
    let result = allocate(shape, strides: leader.denseStrides(for: shape))
    var start = 0
    for operand in operands {
      var part = result
      part.offset += start * result.strides[axis]
      part.shape = operand.shape
      copy(operand, to: part)
      start += operand.shape[axis]
    }
    return result
  }

  mutating func lowerBlend(
    _ input: Int, _ taps: AxisBlend.Taps, axis: Int, shape: [Int]
  ) -> View {
    let source = view(of: input)
    let result = allocate(shape, strides: source.denseStrides(for: shape))
    let blend = AxisBlend(
      taps, axis: axis, shape: shape, input: source.strides, output: result.strides)
    addStep("blend", using: [source, result]) { memory in
      let (from, to) = (memory.pointer(source), memory.mutable(result))
      return { blend.run(from, into: to) }
    }
    return result
  }
}
