import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("a norm that the next layer calls")
struct LentNormTests {
  private static let batch = 7
  private static let classes = 3

  /// What stands behind the first norm, and how many norms are called by the layer behind them.
  enum Reader: String, CaseIterable, CustomTestStringConvertible {
    case convolution, strided, pointwise, winograd, depthwise, separable, residual

    var testDescription: String { rawValue }
    var lent: Int {
      switch self {
      // The mean behind the second unit calls no norm.
      case .convolution, .strided, .pointwise, .winograd, .separable, .residual: 1
      // Alone, a depthwise convolution takes all images of a plane at once.
      case .depthwise: 0
      }
    }

    /// The output of the norm that may be called.
    var feature: Int { self == .residual ? 7 : 3 }

    func network(activation: Activation, channels: Int) throws -> Network {
      var builder = NetworkBuilder(input: TensorShape(height: 8, width: 6, channels: 3))
      try builder.appendUnit(kernel: 3, stride: 1, channels: channels, activation)  // 1, 2, 3
      switch self {
      case .convolution:
        try builder.appendUnit(kernel: 5, stride: 1, channels: 8, .relu)
      case .strided: try builder.appendUnit(kernel: 3, stride: 2, channels: 8, .relu)
      case .pointwise:
        try builder.appendUnit(kernel: 1, stride: 1, channels: 8, .relu)
        try builder.append(.pooling(.max, kernel: 2, stride: 1, padding: 0))
      case .winograd: try builder.appendUnit(kernel: 3, stride: 1, channels: 16, .relu)
      case .depthwise:
        try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
        try builder.append(.batchNorm)
      case .separable:
        try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
        try builder.append(.batchNorm)
        try builder.appendUnit(kernel: 1, stride: 1, channels: 8, .relu)
      case .residual:
        try builder.appendUnit(kernel: 3, stride: 1, channels: channels, nil)  // 4, 5
        try builder.add(3)  // 6
        try builder.append(.activation(.relu6))  // 7
        try builder.appendUnit(kernel: 3, stride: 2, channels: 8, .relu)
      }
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: LentNormTests.classes))
      return try builder.network()
    }
  }

  /// The logits, the gradient and the statistics of one step.
  private func step(_ plan: TrainingPlan, feature: Int? = nil, threads: Int = 1) -> [Float] {
    plan.fillForTest()
    let team = WorkerTeam(threadCount: threads)
    team.run { thread in plan.forward(thread: thread, team: team, step: 0, momentum: 0.5) }
    // The backward pass has other things in their place.
    let logits = plan.allLogits
    for (slice, range) in plan.sliceRanges.enumerated() {
      let first = range.lowerBound * Self.classes
      for i in 0..<range.count * Self.classes {
        plan.logitsGradient(slice: slice)[i] = Float(TrainingTrace.chirp(first + i, 31))
      }
      guard let feature else { continue }
      plan.featureGradient(feature, slice: slice).update(
        repeating: 0, count: range.count * plan.network.nodes[feature].shape.elementCount)
    }
    let backward = WorkerTeam(threadCount: threads)
    backward.run { thread in plan.backward(thread: thread, team: backward, step: 0) }
    plan.reduceGradients()
    func array(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
      Array(UnsafeBufferPointer(start: values, count: count))
    }
    return logits + array(plan.gradient, plan.layout.parameterFloats)
      + array(plan.statistics, plan.layout.statisticFloats)
  }

  /// A loss that reads the norm's output keeps the norm at home.
  @Test(
    "gives what it gives on its own, to the bit, in slices of any size",
    arguments: Reader.allCases, [16, 32])
  func bits(reader: Reader, channels: Int) throws {
    let network = try reader.network(
      activation: channels == 16 ? .relu : .hardSwish, channels: channels)
    for slices in [1, 2, 7] {
      func plan(features: [Int] = []) -> TrainingPlan {
        TrainingPlan(network: network, batch: Self.batch, slices: slices, features: features)
      }
      let (lending, keeping) = (plan(), plan(features: [reader.feature]))
      #expect(lent(lending) == reader.lent)
      #expect(lent(keeping) == 0)
      let expected = step(keeping, feature: reader.feature)
      let single = step(lending)
      #expect(single == expected)
      guard slices > 1 else { continue }
      let double = step(plan(), threads: 2)
      #expect(double == expected)
    }
  }

  /// The norms that the next unit's head calls.
  private func lent(_ plan: TrainingPlan) -> Int {
    var count = 0
    for (unit, next) in zip(plan.units, plan.units.dropFirst()) where unit.lendsNorm {
      count += next.inputNorm == nil ? 0 : 1
    }
    return count
  }

  @Test("is none whose output something else reads as well, or whose images are no whole vectors")
  func others() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 6, channels: 3))
    try builder.appendUnit(kernel: 3, stride: 1, channels: 16, .relu)
    let source = builder.current
    try builder.appendUnit(kernel: 3, stride: 1, channels: 16, nil)
    let main = builder.current
    builder.current = source
    try builder.appendUnit(kernel: 1, stride: 1, channels: 16, nil)
    try builder.add(main)
    try builder.appendUnit(kernel: 3, stride: 2, channels: 16, .relu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    // The source has two readers, the main path is an addend, and the sum has one reader.
    let shared = TrainingPlan(network: try builder.network(), batch: 4)
    let lending = shared.units.map { $0.lendsNorm }
    #expect(Array(lending.prefix(4)) == [false, false, true, false])
    builder = NetworkBuilder(input: TensorShape(height: 5, width: 5, channels: 3))
    try builder.appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, .relu)
    try builder.append(.dense(channels: 2))
    let odd = TrainingPlan(network: try builder.network(), batch: 4)
    #expect(lent(odd) == 0)
  }

  @Test(
    "takes gradients in piece by piece as all at once, to the bit",
    arguments: [1, 2, 3, 6], [5, 16, 33, 64])
  func pieces(group: Int, channels: Int) throws {
    var builder = NetworkBuilder(input: TensorShape(height: 9, width: 7, channels: 3))
    try builder.appendUnit(kernel: 3, stride: 1, channels: channels, .hardSwish)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    let plan = TrainingPlan(network: try builder.network(), batch: 6)
    let norm = try #require(plan.units[0].norm)
    plan.fillForTest()
    plan.forward(thread: 0, team: WorkerTeam(threadCount: 1), step: 0, momentum: 1)
    let gradient = norm.outputGradient(0)
    for i in 0..<6 * 63 * channels { gradient[i] = Float(TrainingTrace.chirp(i, 900)) }
    func sums() -> [UInt64] {
      UnsafeBufferPointer(start: norm.statistics.sums(0), count: 2 * channels).map(\.bitPattern)
    }
    norm.accumulateBackward(slice: 0)
    let expected = sums()
    for images in imageGroups(6, of: group) { norm.accumulateBackward(slice: 0, images: images) }
    #expect(sums() == expected)
  }
}
