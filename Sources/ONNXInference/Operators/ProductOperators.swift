import FileFormats
import TensorKernels

// Products of matrices.

extension OperatorTable {
  static let products: [String: OperatorRule] = [
    "MatMul": { (r: inout NodeReading) throws(Refusal) in
      try r.give(r.product(r.operand(0), r.operand(1)))
    },
    "Gemm": { (r: inout NodeReading) throws(Refusal) in try r.readGemm() },
  ]
}

extension NodeReading {
  /// Returns left · right by the rules of `numpy.matmul`: a vector is a row on the left, a column on the right.
  mutating func product(_ left: Int, _ right: Int, scale: Float = 1) throws(Refusal) -> Int {
    var (a, b) = (shape(left), shape(right))
    guard !a.isEmpty, !b.isEmpty else { throw Refusal("a product with a single number") }
    let (isRow, isColumn) = (a.count == 1, b.count == 1)
    if isRow { a = [1] + a }
    if isColumn { b += [1] }
    let (m, k, n) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    guard b[b.count - 2] == k, k > 0 else { throw Refusal("shapes \(a) and \(b) of a product") }
    let batch = try broadcastShape([Array(a.dropLast(2)), Array(b.dropLast(2))])
    let result = try emit(
      .product(Product(scale: scale)), [reshaped(left, to: a), reshaped(right, to: b)],
      shape: batch + [m, n])
    var output = batch + (isRow ? [] : [m])
    if !isColumn { output.append(n) }
    return try reshaped(result, to: output)
  }

  fileprivate mutating func readGemm() throws(Refusal) {
    var (left, right) = (try operand(0), try operand(1))
    guard shape(left).count == 2, shape(right).count == 2 else {
      throw Refusal("operands of shapes \(shape(left)) and \(shape(right)), expected matrices")
    }
    if try node.flag("transA") { left = try transposed(left, [1, 0]) }
    if try node.flag("transB") { right = try transposed(right, [1, 0]) }
    var result = try product(left, right, scale: node.float("alpha", default: 1))
    if let addend = optionalOperand(2) {
      let beta = try node.float("beta", default: 1)
      var scaled = addend
      if beta != 1 {
        scaled = try emit(
          .pointwise(.affine(scale: beta, shift: 0)), [addend], shape: shape(addend))
      }
      let output = shape(result)
      result = try combined(.add, result, scaled)
      guard shape(result) == output else { throw Refusal("an addend of \(shape(addend))") }
    }
    try give(result)
  }
}
