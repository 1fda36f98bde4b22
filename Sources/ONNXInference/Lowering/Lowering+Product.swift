import TensorKernels

// Products of matrices.

extension Lowering {
  /// What follows a product: a constant bias and a tensor that is added to the result.
  struct ProductTail {
    var bias: Int?
    var addend: View?
    var then: PointwiseOperation?
  }

  /// Puts a constant in panels.
  mutating func panels(of constant: Constant, transposed: Bool = false) -> Int {
    let (k, n) = (
      constant.shape[constant.shape.count - 2], constant.shape[constant.shape.count - 1]
    )
    return store("panels", of: constant, count: panelFloats(k: k, n: n)) { values, memory in
      values.withUnsafeBufferPointer {
        packPanels($0.baseAddress!, rowStride: n, columnStride: 1, k: k, n: n, into: memory)
      }
    }
  }

  /// Puts numbers for each column among the constants, with room behind them.
  mutating func vector(_ constant: Constant) -> Int {
    let count = (constant.count + panelColumns - 1) / panelColumns * panelColumns
    return store("vector", of: constant, count: count) { values, memory in
      memory.update(from: values, count: values.count)
    }
  }

  mutating func lowerProduct(_ inputs: [Int], _ product: Product, shape: [Int]) -> View {
    let rank = shape.count
    let (m, n) = (shape[rank - 2], shape[rank - 1])
    let left = view(of: inputs[0])
    let k = left.shape[left.rank - 1]
    let biasPlace = 2
    let addendPlace = product.hasBias ? 3 : 2
    let result = allocate(shape)
    var tail = ProductTail(then: product.then)
    if product.hasBias, let bias = constant(inputs[biasPlace]) { tail.bias = vector(bias) }
    if product.hasAddend {
      tail.addend = rowMajor(view(of: inputs[addendPlace]).broadcast(to: shape))
    }
    if let right = constant(inputs[1]), right.count == k * n {
      // The scale of constants was taken into them, if it is not 1 here.
      let scaled =
        product.scale == 1
        ? right : Constant(shape: right.shape, floats: right.floats.map { $0 * product.scale })
      let panels = panels(of: scaled.reshaped(to: [k, n]))
      multiplyRows(
        left, panels: panels, tail, into: result, rows: shape.product / n, n: n, k: k)
      return result
    }
    multiplyMatrices(
      left, view(of: inputs[1]), scale: product.scale, tail, into: result, m: m, n: n, k: k)
    return result
  }

  /// All rows of the left-hand side by one constant matrix.
  ///
  /// - Parameter title: What a table of times calls it.
  mutating func multiplyRows(
    _ left: View, panels: Int, _ tail: ProductTail, into result: View,
    rows: Int, n: Int, k: Int, title: String = "product"
  ) {
    // Evenly spaced rows of dense values need no copy.
    var source = left.reshaped(to: [rows, k])
    if let view = source, k > 1, view.strides[1] != 1 { source = nil }
    let matrix = source ?? rowMajor(left).reshaped(to: [rows, k])!
    let stride = rows > 1 ? matrix.strides[0] : k
    let views = [matrix, result] + [tail.addend].compactMap { $0 }
    addStep(title, using: views, scratch: panelScratchFloats) { memory in
      let (from, to) = (memory.pointer(matrix), memory.mutable(result))
      let right = UnsafePointer(memory.constants[panels].base)
      let bias = tail.bias.map { UnsafePointer(memory.constants[$0].base) }
      let finish = ProductFinish(
        addend: tail.addend.map(memory.pointer), addendStride: n, operation: tail.then)
      return {
        panelProduct(
          from, leftStride: stride, panels: right, bias: bias, finish: finish, into: to,
          outputStride: n, m: rows, n: n, k: k, scratch: memory.scratch)
      }
    }
  }

  /// Offsets of the matrices of a batch: the tensor's dimensions but the last two.
  static func batchOffsets(_ view: View, batch: [Int]) -> [Int] {
    var leading = view
    leading.shape = Array(view.shape.dropLast(2))
    leading.strides = Array(view.strides.dropLast(2))
    let strides = leading.broadcast(to: batch).strides
    var offsets = [0]
    for (size, stride) in zip(batch, strides) {
      offsets = offsets.flatMap { offset in (0..<size).map { offset + $0 * stride } }
    }
    return offsets
  }

  /// Returns a view whose last dimension is dense and whose rows are evenly spaced.
  mutating func withDenseRows(_ view: View) -> View {
    let last = view.rank - 1
    if view.shape[last] == 1 || view.strides[last] == 1 { return view }
    return rowMajor(view)
  }

  private mutating func multiplyMatrices(
    _ left: View, _ right: View, scale: Float, _ tail: ProductTail, into result: View, m: Int,
    n: Int, k: Int
  ) {
    let a = withDenseRows(left)
    let batch = Array(result.shape.dropLast(2))
    let places = (
      Lowering.batchOffsets(a, batch: batch), Lowering.batchOffsets(right, batch: batch)
    )
    let leftStride = m > 1 ? a.strides[a.rank - 2] : k
    let (rowStride, columnStride) = (
      k > 1 ? right.strides[right.rank - 2] : 0, n > 1 ? right.strides[right.rank - 1] : 1
    )
    let packed = panelFloats(k: k, n: n) + readMargin
    let views = [a, right, result] + [tail.addend].compactMap { $0 }
    addStep("product", using: views, scratch: packed + panelScratchFloats) { memory in
      let (from, other, to) = (memory.pointer(a), memory.pointer(right), memory.mutable(result))
      let bias = tail.bias.map { UnsafePointer(memory.constants[$0].base) }
      let addend = tail.addend.map(memory.pointer)
      let panels = memory.scratch
      return {
        var packedPlace: Int?
        for index in 0..<places.0.count {
          if packedPlace != places.1[index] {
            packPanels(
              other + places.1[index], rowStride: rowStride, columnStride: columnStride, k: k,
              n: n, into: panels)
            if scale != 1 {
              TensorKernels.apply(
                .affine(scale: scale, shift: 0), panels, into: panels,
                count: panelFloats(k: k, n: n))
            }
            packedPlace = places.1[index]
          }
          panelProduct(
            from + places.0[index], leftStride: leftStride, panels: panels, bias: bias,
            finish: ProductFinish(
              addend: addend.map { $0 + index * m * n }, addendStride: n, operation: tail.then),
            into: to + index * m * n, outputStride: n, m: m, n: n, k: k,
            scratch: memory.scratch + packed)
        }
      }
    }
  }
}
