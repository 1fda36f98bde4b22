import RandomStreams
import Testing

@testable import TensorKernels

@Suite("the matrix products")
struct MatrixProductTests {
  struct Sizes: Hashable, Sendable, CustomStringConvertible {
    var m: Int
    var n: Int
    var k: Int
    var description: String { "\(m)×\(n)×\(k)" }
  }

  /// Channel counts that end inside, at and behind a vector and a pair of vectors; rows that end in every
  /// tile, and behind a block of 112.
  static let sizes: [Sizes] = [
    (1, 1, 1), (2, 3, 5), (3, 5, 8), (5, 8, 12), (7, 12, 16), (9, 16, 17), (11, 17, 24),
    (13, 24, 31), (14, 31, 33), (15, 33, 40), (17, 40, 48), (29, 48, 96), (35, 96, 3),
    (112, 17, 5), (113, 33, 7), (225, 9, 24), (127, 1, 31), (6, 64, 1), (1, 96, 40),
  ].map { Sizes(m: $0.0, n: $0.1, k: $0.2) }

  @Test("give left · right", arguments: sizes)
  func plainProduct(sizes: Sizes) {
    let (m, n, k) = (sizes.m, sizes.n, sizes.k)
    var random = RandomStream(seed: 1, purpose: "product", m, n, k)
    let left = random.floats(m * k)
    let right = random.floats(k * n)
    let output = GuardedBuffer(count: m * n)
    matrixProduct(
      padded(left), padded(right), into: output.pointer, m: m, n: n,
      k: k)
    output.expectGuards()
    expectClose(
      output.values, referenceProduct(left.doubles, right.doubles, m: m, n: n, k: k),
      within: roundingTolerance(terms: k))
  }

  @Test("add a bias to every row, or what was there", arguments: sizes)
  func startedProduct(sizes: Sizes) {
    let (m, n, k) = (sizes.m, sizes.n, sizes.k)
    var random = RandomStream(seed: 2, purpose: "product", m, n, k)
    let left = random.floats(m * k)
    let right = random.floats(k * n)
    let bias = random.floats(n)
    let before = random.floats(m * n)
    let plain = referenceProduct(left.doubles, right.doubles, m: m, n: n, k: k)

    let biased = GuardedBuffer(count: m * n)
    matrixProduct(
      padded(left), padded(right), bias: padded(bias),
      into: biased.pointer, m: m, n: n, k: k)
    biased.expectGuards()
    expectClose(
      biased.values, plain.indices.map { plain[$0] + Double(bias[$0 % n]) },
      within: roundingTolerance(terms: k), "with bias")

    let accumulated = GuardedBuffer(updating: before)
    matrixProduct(
      padded(left), padded(right), accumulate: true,
      into: accumulated.pointer, m: m, n: n, k: k)
    accumulated.expectGuards()
    expectClose(
      accumulated.values, zip(plain, before).map { $0 + Double($1) },
      within: roundingTolerance(terms: k), "accumulated")
  }

  @Test(
    "add leftᵀ · right to what was there",
    arguments: [
      (1, 1, 1), (5, 3, 8), (7, 16, 5), (64, 17, 33), (100, 24, 31), (33, 40, 48), (3, 96, 12),
      // Longer than a block of positions, whose length depends on m + n.
      (260, 48, 96), (6200, 3, 5), (12_300, 1, 1),
    ])
  func transposed(positions: Int, m: Int, n: Int) {
    var random = RandomStream(seed: 3, purpose: "transposed product", positions, m, n)
    let left = random.floats(positions * m)
    let right = random.floats(positions * n)
    let before = random.floats(m * n)
    let output = GuardedBuffer(updating: before)
    transposedProduct(
      padded(left), padded(right), addingTo: output.pointer,
      positions: positions, m: m, n: n)
    output.expectGuards()
    let reference = referenceTransposedProduct(
      left.doubles, right.doubles, positions: positions, m: m, n: n)
    expectClose(
      output.values, zip(reference, before).map { $0 + Double($1) },
      within: roundingTolerance(terms: positions))
  }

  @Test("of a dense layer's backward pass are its gradients", arguments: sizes.prefix(13))
  func gradients(sizes: Sizes) {
    let (m, n, k) = (sizes.m, sizes.n, sizes.k)
    var random = RandomStream(seed: 4, purpose: "product", m, n, k)
    let input = random.floats(m * k)
    let weights = random.floats(k * n)
    let bias = random.floats(n)
    let gradient = random.floats(m * n)
    func loss(_ input: [Double], _ weights: [Double], _ bias: [Double]) -> Double {
      dot(gradient, referenceProduct(input, weights, bias: bias, m: m, n: n, k: k))
    }
    let upstream = padded(gradient)

    let rearranged = GuardedBuffer(count: n * k)
    transpose(padded(weights), into: rearranged.pointer, rows: k, columns: n)
    rearranged.expectGuards()
    let inputGradient = GuardedBuffer(count: m * k)
    matrixProduct(
      upstream, rearranged.pointer, into: inputGradient.pointer, m: m, n: k, k: n)
    expectGradient(
      inputGradient.values, of: { loss($0, weights.doubles, bias.doubles) }, at: input,
      within: roundingTolerance(terms: n), "input")

    let weightGradient = GuardedBuffer(updating: [Float](repeating: 0, count: k * n))
    transposedProduct(
      padded(input), upstream, addingTo: weightGradient.pointer,
      positions: m, m: k, n: n)
    expectGradient(
      weightGradient.values, of: { loss(input.doubles, $0, bias.doubles) }, at: weights,
      within: roundingTolerance(terms: m), "weights")

    let biasGradient = GuardedBuffer(updating: [Float](repeating: 0, count: n))
    addColumnSums(upstream, to: biasGradient.pointer, rows: m, columns: n)
    biasGradient.expectGuards()
    expectGradient(
      biasGradient.values, of: { loss(input.doubles, weights.doubles, $0) }, at: bias,
      within: roundingTolerance(terms: m), "bias")
  }

  @Test("start column sums from what was there")
  func columnSumsAccumulate() {
    let sums = GuardedBuffer(updating: [10, 20, 30])
    addColumnSums(padded([1, 2, 3, 4, 5, 6]), to: sums.pointer, rows: 2, columns: 3)
    #expect(sums.values == [15, 27, 39])
  }
}
