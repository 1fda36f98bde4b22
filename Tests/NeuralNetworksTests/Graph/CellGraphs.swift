import RandomStreams
import TensorKernels

@testable import NeuralNetworks

// Cells as search spaces build them: graphs whose nodes are sums, read by any number of edges.

extension NetworkBuilder {
  /// ReLU, convolution and norm, as an edge of a cell has them.
  private mutating func appendEdge(_ kernel: Int, from source: Int) throws -> Int {
    current = source
    try append(.activation(.relu))
    try append(
      .convolution(kernel: kernel, stride: 1, channels: currentShape.channels, bias: false))
    return try append(.batchNorm)
  }

  private mutating func sum(_ first: Int, _ second: Int) throws -> Int {
    current = second
    return try add(first)
  }

  private mutating func pool(_ source: Int) throws -> Int {
    current = source
    return try append(.pooling(.average, kernel: 3, stride: 1, padding: 1))
  }

  /// Two cells: one of all six edges between four nodes, and one whose sums share all their terms.
  mutating func appendCells() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, nil)
    let a = current
    let b = try appendEdge(3, from: a)
    let c = try sum(appendEdge(1, from: a), pool(b))
    // Node 0 as it is, node 1 as it is, and a convolution of node 2.
    let d = try sum(sum(a, b), appendEdge(3, from: c))
    // Sums of one tensor with itself: of node 0, of node 1 and of a sum.
    let e = try sum(d, d)
    let f = try sum(e, appendEdge(1, from: e))
    let g = try sum(f, f)
    let h = try sum(sum(d, g), appendEdge(3, from: f))
    _ = try sum(h, h)
    try append(.batchNorm)
    try append(.activation(.relu))
    try append(.globalAveragePool)
  }

  /// Sums of a tensor with itself: of the image, before and after other readers, and before the head.
  mutating func appendDoubles() throws {
    try add(0)
    try appendUnit(kernel: 3, stride: 1, channels: 5, .hardSwish)
    let a = current
    let early = try sum(a, a)
    let b = try appendEdge(3, from: a)
    let late = try sum(a, a)
    try append(.activation(.relu6))
    _ = try sum(current, sum(early, sum(b, late)))
    try append(.globalAveragePool)
    try append(.dense(channels: 6))
    try add(current)
  }

  /// Zeros as a tensor's first, second and last reader, with a convolution behind them and in sums.
  mutating func appendZeros() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    let a = current
    try append(.zero)
    let constant = try appendEdge(3, from: current)
    let b = try appendEdge(3, from: a)
    current = a
    let zeros = try append(.zero)
    let c = try sum(sum(constant, b), zeros)
    let d = try appendEdge(1, from: a)
    current = a
    let last = try append(.zero)
    _ = try sum(sum(c, d), last)
    try append(.activation(.hardSwish))
    try append(.globalAveragePool)
  }

  /// A cell of four to six nodes with random operations on random edges, and two of its nodes' sums read
  /// again behind it.
  mutating func appendRandomCell(_ number: Int) throws {
    var random = RandomStream(seed: 11, purpose: "cells", number)
    try appendUnit(kernel: 3, stride: 1, channels: 4, nil)
    var outputs = [current]
    for _ in 0..<3 + random.integer(below: 3) {
      var terms: [Int] = []
      for source in outputs where terms.isEmpty || random.integer(below: 3) > 0 {
        switch random.integer(below: 7) {
        case 0, 1: terms.append(source)
        case 2: terms.append(try pool(source))
        case 3:
          current = source
          terms.append(try append(.zero))
        case 4: terms.append(try appendEdge(1, from: source))
        default: terms.append(try appendEdge(3, from: source))
        }
      }
      outputs.append(try terms.dropFirst().reduce(terms[0]) { try sum($1, $0) })
    }
    // Nothing may be left unread.
    let last = try outputs.dropFirst().reduce(outputs[0]) { try sum($0, $1) }
    _ = try sum(last, outputs[random.integer(below: outputs.count)])
    try append(.batchNorm)
    try append(.activation(.hardSwish))
    try append(.globalAveragePool)
  }

  /// Nothing of the image reaches the classifier: its body gives zeros.
  mutating func appendDeadBody() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, nil)
    try append(.zero)
    try append(.batchNorm)
    try append(.activation(.hardSwish))
    try append(.globalAveragePool)
  }
}
