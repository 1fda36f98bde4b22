import Testing

@testable import TensorKernels

@Suite("kernels on tensors in any layout")
struct PanelProductTests {
  /// Numbers from −1 to 1 without a pattern, and a margin.
  private func numbers(_ count: Int, seed: UInt32) -> [Float] {
    var state = seed
    return (0..<count + 32).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Int32(bitPattern: state)) * 0x1p-31
    }
  }

  /// m, n, k and the floats from row to row of the left-hand side: tiles of all sizes, rows 4 kB apart, depth
  /// in several stretches.
  static let sizes = [
    [1, 1, 1, 1], [5, 33, 7, 9], [14, 32, 16, 16], [113, 40, 20, 512], [30, 17, 1100, 1536],
    [9, 64, 2050, 2050],
  ]

  @Test("multiply by panels as plain loops do", arguments: sizes)
  func panels(sizes: [Int]) {
    let (m, n, k, stride) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let left = numbers(m * stride, seed: 1)
    let right = numbers(k * n, seed: 2)
    let bias = numbers((n + 31) / 32 * 32, seed: 3)
    let addend = numbers(m * n, seed: 4)
    var packed = [Float](repeating: 0, count: panelFloats(k: k, n: n) + 32)
    // From a transposed matrix, too.
    let turned = (0..<n * k).map { right[$0 % k * n + $0 / k] }
    var other = packed
    packPanels(right, rowStride: n, columnStride: 1, k: k, n: n, into: &packed)
    packPanels(turned, rowStride: 1, columnStride: k, k: k, n: n, into: &other)
    #expect(packed == other)
    var output = [Float](repeating: 0, count: m * n + 32)
    var scratch = [Float](repeating: 0, count: panelScratchFloats)
    addend.withUnsafeBufferPointer { addend in
      panelProduct(
        left, leftStride: stride, panels: packed, bias: bias,
        finish: ProductFinish(
          addend: addend.baseAddress, addendStride: n, operation: .relu),
        into: &output, outputStride: n, m: m, n: n, k: k, scratch: &scratch)
    }
    var worst: Float = 0
    for row in 0..<m {
      for column in 0..<n {
        var sum = Double(bias[column] + addend[row * n + column])
        for d in 0..<k { sum += Double(left[row * stride + d]) * Double(right[d * n + column]) }
        worst = max(worst, abs(output[row * n + column] - Float(max(sum, 0))))
      }
    }
    // Rounding of k products below 1 each.
    #expect(worst <= 1e-6 * Float(k).squareRoot() * 4)
  }

  @Test("copy between layouts, with gaps and backwards")
  func copies() {
    let source = numbers(240, seed: 5)
    for strides in [[60, 20, 5, 1], [1, 2, 8, 40], [120, 1, 3, 12], [40, 0, 2, -1]] {
      let shape = [2, 3, 4, 5]
      let output = [1, 2, 6, 24]
      var result = [Float](repeating: 0, count: 120)
      source.withUnsafeBufferPointer { values in
        StridedCopy(shape: shape, output: output, source: strides)
          .run(values.baseAddress! + 8, into: &result)
      }
      var isSame = true
      for a in 0..<2 {
        for b in 0..<3 {
          for c in 0..<4 {
            for d in 0..<5 {
              let from = 8 + a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]
              isSame = isSame && result[a + b * 2 + c * 6 + d * 24] == source[from]
            }
          }
        }
      }
      #expect(isSame, "\(strides)")
    }
  }

  @Test("keep NaN, and values at the ends of what exponentials can do")
  func extremes() {
    let input: [Float] = [.nan, -200, 200, -87, 0] + [Float](repeating: 0, count: 32)
    for operation in [
      PointwiseOperation.relu, .clip(lowest: -1, highest: 1), .sigmoid, .hardSwish, .swish, .gelu,
      .tanhGELU, .tanh, .hardSigmoid(alpha: 0.2, beta: 0.5),
    ] {
      var output = [Float](repeating: 7, count: 8)
      apply(operation, input, into: &output, count: 5)
      #expect(output[0].isNaN, "\(operation)")
      #expect(output[1...4].allSatisfy { $0.isFinite }, "\(operation)")
      #expect(output[5] == 7, "\(operation) writes behind its values")
    }
  }
}
