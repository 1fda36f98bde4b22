import Foundation

/// The operators' definitions in plain loops, to compare with.
enum PlainOperators {
  /// Calls `body` with every index of a shape, the last varying fastest.
  static func forEachIndex(_ shape: [Int], _ body: ([Int]) -> Void) {
    var index = shape.map { _ in 0 }
    for _ in 0..<shape.reduce(1, *) {
      body(index)
      for dimension in shape.indices.reversed() {
        index[dimension] += 1
        if index[dimension] < shape[dimension] { break }
        index[dimension] = 0
      }
    }
  }

  static func place(_ index: [Int], _ shape: [Int]) -> Int {
    zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// Returns the values of `index → value` over a shape.
  static func make(_ shape: [Int], _ value: ([Int]) -> Float) -> [Float] {
    var result: [Float] = []
    forEachIndex(shape) { result.append(value($0)) }
    return result
  }

  struct Window {
    var kernel: [Int]
    var strides = [1, 1]
    var dilations = [1, 1]
    /// Top, left, bottom, right.
    var pads = [0, 0, 0, 0]
    var groups = 1

    func outputs(_ input: [Int]) -> [Int] {
      (0..<2).map {
        (input[2 + $0] + pads[$0] + pads[$0 + 2] - (kernel[$0] - 1) * dilations[$0] - 1)
          / strides[$0] + 1
      }
    }
  }

  static func convolution(
    _ x: [Float], _ s: [Int], _ w: [Float], outputs: Int, bias: [Float], _ window: Window
  ) -> [Float] {
    let size = window.outputs(s)
    let (inputs, perGroup) = (s[1] / window.groups, outputs / window.groups)
    return make([s[0], outputs] + size) { i in
      var sum = Double(bias[i[1]])
      for c in 0..<inputs {
        let channel = i[1] / perGroup * inputs + c
        let image = place([i[0], channel, 0, 0], s)
        let filter = place([i[1], c, 0, 0], [outputs, inputs] + window.kernel)
        for ky in 0..<window.kernel[0] {
          for kx in 0..<window.kernel[1] {
            let y = i[2] * window.strides[0] + ky * window.dilations[0] - window.pads[0]
            let column = i[3] * window.strides[1] + kx * window.dilations[1] - window.pads[1]
            guard (0..<s[2]).contains(y), (0..<s[3]).contains(column) else { continue }
            sum +=
              Double(x[image + y * s[3] + column])
              * Double(w[filter + ky * window.kernel[1] + kx])
          }
        }
      }
      return Float(sum)
    }
  }

  /// `isMaximum`, or the mean of what is not padding.
  static func pool(_ x: [Float], _ s: [Int], isMaximum: Bool, _ window: Window) -> [Float] {
    make([s[0], s[1]] + window.outputs(s)) { i in
      var found: [Float] = []
      for ky in 0..<window.kernel[0] {
        for kx in 0..<window.kernel[1] {
          let y = i[2] * window.strides[0] + ky - window.pads[0]
          let column = i[3] * window.strides[1] + kx - window.pads[1]
          guard (0..<s[2]).contains(y), (0..<s[3]).contains(column) else { continue }
          found.append(x[place([i[0], i[1], y, column], s)])
        }
      }
      return isMaximum ? found.max()! : found.reduce(0, +) / Float(found.count)
    }
  }

  /// `[b, m, k]` · `[b, k, n]`
  static func product(_ a: [Float], _ b: [Float], _ batch: Int, _ m: Int, _ k: Int, _ n: Int)
    -> [Float]
  {
    make([batch, m, n]) { i in
      Float(
        (0..<k).reduce(0.0) {
          $0 + Double(a[(i[0] * m + i[1]) * k + $1]) * Double(b[(i[0] * k + $1) * n + i[2]])
        })
    }
  }

  static func softmax(_ x: [Float], columns: Int) -> [Float] {
    stride(from: 0, to: x.count, by: columns).flatMap { start -> [Float] in
      let row = x[start..<start + columns].map { exp(Double($0)) }
      let sum = row.reduce(0, +)
      return row.map { Float($0 / sum) }
    }
  }

  static func normalized(_ x: [Float], columns: Int, epsilon: Double = 1e-5) -> [Float] {
    stride(from: 0, to: x.count, by: columns).flatMap { start -> [Float] in
      let row = x[start..<start + columns].map { Double($0) }
      let mean = row.reduce(0, +) / Double(columns)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      return row.map { Float(($0 - mean) / (variance + epsilon).squareRoot()) }
    }
  }

  static func erf(_ x: Float) -> Float { Float(Foundation.erf(Double(x))) }
}
