import NeuralNetworks
import RandomStreams
import Synchronization
import TensorKernels
import Testing

@testable import Distillation

/// Students whose feature, of 4×4 positions, is a plain layer's or a streamed bottleneck's output.
enum HintStudent: CaseIterable {
  case plain
  case bottleneck

  static let image = TensorShape(height: 8, width: 8, channels: 1)

  func network() throws -> (network: Network, node: Int) {
    var builder = NetworkBuilder(input: HintStudent.image)
    try builder.appendNormed(kernel: 3, stride: 2, channels: 5, activation: .relu)
    var node = builder.current
    if self == .bottleneck {
      let entrance = builder.current
      try builder.appendNormed(kernel: 1, stride: 1, channels: 20, activation: .hardSwish)
      try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
      try builder.append(.batchNorm)
      try builder.append(.activation(.hardSwish))
      try builder.appendNormed(kernel: 1, stride: 1, channels: 5, activation: .identity)
      node = try builder.add(entrance)
      try builder.appendNormed(kernel: 1, stride: 1, channels: 20, activation: .relu6)
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return (try builder.network(), node)
  }
}

@Suite("a hint loss")
struct HintLossTests {
  private static let batch = 6

  /// A teacher with a feature of 4×4×7.
  private func teacher() throws -> (network: Network, node: Int) {
    var builder = NetworkBuilder(input: HintStudent.image)
    try builder.appendNormed(kernel: 3, stride: 2, channels: 7, activation: .relu)
    let node = builder.current
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return (try builder.network(), node)
  }

  private func loss(_ student: (network: Network, node: Int)) throws -> HintLoss {
    let teacher = try teacher()
    return HintLoss(
      FeaturePair(
        student: student.node, of: student.network, teacher: teacher.node, of: teacher.network))
  }

  private func floats(_ count: Int, _ purpose: String) -> [Float] {
    var stream = RandomStream(seed: 2, purpose: purpose)
    return (0..<count).map { _ in Float(stream.normal()) }
  }

  /// The loss of a batch in double precision, straight from its definition.
  private func plainLoss(_ feature: [Double], _ connector: [Double], _ target: [Double]) -> Double {
    let (channels, outputs) = (5, 7)
    var sum = 0.0
    for row in 0..<target.count / outputs {
      for o in 0..<outputs {
        var value = connector[channels * outputs + o]
        for c in 0..<channels {
          value += feature[row * channels + c] * connector[c * outputs + o]
        }
        sum += (value - target[row * outputs + o]) * (value - target[row * outputs + o])
      }
    }
    return sum / Double(target.count)
  }

  @Test("and its gradients are those of its definition in double precision")
  func definition() throws {
    let loss = try loss(try HintStudent.plain.network())
    let rows = HintLossTests.batch * 16
    let feature = floats(rows * 5, "feature")
    let target = floats(rows * 7, "target")
    let connector = floats(loss.connectorFloats, "connector")
    #expect(loss.connectorFloats == 42)
    #expect(
      loss.inputs.teacherFeatures.map(\.elementCount) == [16 * 7] && !loss.inputs.readsLogits)

    var featureGradient = [Float](repeating: .nan, count: feature.count + readMargin)
    var connectorGradient = [Float](repeating: 0, count: connector.count + readMargin)
    var scratch = [Float](
      repeating: .nan, count: loss.scratchFloats(images: HintLossTests.batch, classes: 3))
    var value = 0.0
    let margin = [Float](repeating: .nan, count: readMargin)
    (feature + margin).withUnsafeBufferPointer { values in
      (connector + margin).withUnsafeBufferPointer { connectors in
        (target + margin).withUnsafeBufferPointer { targets in
          featureGradient.withUnsafeMutableBufferPointer { gradient in
            connectorGradient.withUnsafeMutableBufferPointer { connectorGradients in
              scratch.withUnsafeMutableBufferPointer { scratch in
                let nothing = LossSlice.Feature(
                  values: values.baseAddress!, gradient: gradient.baseAddress!)
                value =
                  loss.evaluate(
                    LossSlice(
                      count: HintLossTests.batch, batch: HintLossTests.batch, classes: 3,
                      labels: UnsafeRawPointer(scratch.baseAddress!)
                        .assumingMemoryBound(to: Int32.self),
                      logits: nothing, teacherLogits: targets.baseAddress!, features: [nothing],
                      teacherFeatures: [targets.baseAddress!],
                      connectors: connectors.baseAddress!,
                      connectorGradients: connectorGradients.baseAddress!,
                      scratch: scratch.baseAddress!)
                  ).loss / Double(HintLossTests.batch)
              }
            }
          }
        }
      }
    }

    let (f, a, t) = (feature.map(Double.init), connector.map(Double.init), target.map(Double.init))
    #expect(abs(value - plainLoss(f, a, t)) < 1e-5 * value)
    // The loss is quadratic in either: a central difference is exact up to rounding.
    func slope(_ change: (Double) -> Double) -> Double { (change(1e-3) - change(-1e-3)) / 2e-3 }
    for i in [0, 7, 33, f.count - 1] {
      let expected = slope { d in
        var moved = f
        moved[i] += d
        return plainLoss(moved, a, t)
      }
      #expect(abs(Double(featureGradient[i]) - expected) < 1e-6)
    }
    for i in a.indices {
      let expected = slope { d in
        var moved = a
        moved[i] += d
        return plainLoss(f, moved, t)
      }
      #expect(abs(Double(connectorGradient[i]) - expected) < 1e-5)
    }
  }

  /// Trains on noise with features of a teacher that runs in `fill`; returns losses and what was trained.
  private func train(
    _ student: HintStudent, threads: Int
  ) throws -> (losses: [Double], parameters: [Float], connectors: [Float]) {
    let (network, node) = try student.network()
    let (teacher, teacherNode) = try teacher()
    let hint = try loss((network, node))
    let logits = LogitLoss(LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0))
    let plan = TrainingPlan(
      network: network, batch: HintLossTests.batch, slices: 2,
      features: hint.inputs.features.map(\.node))
    plan.layout.initialize(plan.parameters, seed: 3)
    let trainer = Trainer(
      plan: plan,
      optimizer: Optimizer(
        rule: .sgd(momentum: 0.9, nesterov: true), weightDecay: 0, clipNorm: nil,
        layout: plan.layout), loss: SummedLoss([logits, hint]), threads: threads, seed: 4)
    let model = TrainedModel(untrained: teacher)
    let losses = Mutex<[Double]>([])
    trainer.run(
      steps: 0..<60, rate: { _ in 0.05 },
      fill: { slice in
        let inference = model.inferencePlan(capacity: slice.range.count, features: [teacherNode])
        for (place, image) in slice.range.enumerated() {
          var stream = RandomStream(seed: 5, purpose: "image", image)
          for i in 0..<64 { slice.images[place * 64 + i] = Float(stream.normal()) }
          slice.labels[place] = Int32(image % 3)
        }
        inference.input.update(from: slice.images, count: slice.range.count * 64)
        inference.run(images: slice.range.count)
        slice.teacherFeatures[0].update(
          from: inference.feature(teacherNode), count: slice.range.count * 16 * 7)
      },
      report: { report in
        losses.withLock { $0.append(report.loss) }
        return true
      })
    return (
      losses.withLock { $0 }, TrainedModel(plan).parameters,
      (0..<hint.connectorFloats).map { trainer.connectors[$0] }
    )
  }

  @Test(
    "is learnt with the labels, its connector too, whatever the threads",
    arguments: HintStudent.allCases)
  func training(student: HintStudent) throws {
    let one = try train(student, threads: 1)
    let first = try #require(one.losses.first)
    #expect(one.losses.suffix(5).allSatisfy { $0 < 0.3 * first })
    var start = [Float](repeating: 0, count: one.connectors.count)
    try loss(try student.network()).initialize(&start, seed: 4)
    #expect(zip(start, one.connectors).allSatisfy { $0 != $1 })
    // What is trained of the network is no larger for the connector.
    #expect(
      one.parameters.count == ParameterLayout(try student.network().network).parameterFloats)
    let two = try train(student, threads: 2)
    #expect(two.losses == one.losses)
    #expect(two.parameters == one.parameters && two.connectors == one.connectors)
  }
}
