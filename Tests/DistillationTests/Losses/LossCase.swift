import NeuralNetworks
import RandomStreams
import TensorKernels
import Testing

/// One slice of a batch, with values of the test's own, that a loss is evaluated on.
///
///     let result = LossCase(loss, images: 4, features: [values], teacherFeatures: [targets]).evaluate()
struct LossCase {
  var loss: any TrainingLoss
  let images: Int
  /// Images of the whole batch, of which this is one slice.
  var batch: Int
  let classes: Int
  var step = 0
  var seed: UInt64 = 0
  var progress = 0.0
  var values: LossValues

  /// What is not given holds zeros: labels, logits. The connectors start as the loss starts them.
  init(
    _ loss: any TrainingLoss, images: Int, classes: Int = 3, labels: [Int32]? = nil,
    logits: [Float]? = nil, teacherLogits: [Float]? = nil, features: [[Float]] = [],
    teacherFeatures: [[Float]] = [], connectorSeed: UInt64 = 1
  ) {
    let zeros = [Float](repeating: 0, count: images * classes)
    var connectors = [Float](repeating: 0, count: loss.connectorFloats + readMargin)
    loss.initialize(&connectors, seed: connectorSeed)
    (self.loss, self.images, self.batch, self.classes) = (loss, images, images, classes)
    values = LossValues(
      labels: labels ?? [Int32](repeating: 0, count: images),
      logits: (logits ?? zeros).map(Double.init),
      teacherLogits: (teacherLogits ?? zeros).map(Double.init),
      features: features.map { $0.map(Double.init) },
      teacherFeatures: teacherFeatures.map { $0.map(Double.init) },
      connectors: connectors.prefix(loss.connectorFloats).map(Double.init))
  }
}

/// What a loss reads, in double precision, for references that are written out plainly.
struct LossValues {
  /// `[images]`
  var labels: [Int32]
  /// The second label of each image and its share; nil: nothing is mixed in.
  var mix: (otherLabels: [Int32], shares: [Double])?
  /// `[images, classes]`
  var logits: [Double]
  var teacherLogits: [Double]
  /// Each `[images, H, W, C]`.
  var features: [[Double]]
  var teacherFeatures: [[Double]]
  /// What the other networks of the training answer, each `[images, classes]`.
  var peerLogits: [[Double]] = []
  var connectors: [Double]
}

/// What a loss says of a slice.
struct LossResult {
  /// The slice's part of the batch's mean.
  let loss: Double
  let correct: Int
  /// Empty if the loss does not read them.
  let logits: [Float]
  let features: [[Float]]
  let connectors: [Float]

  var isFinite: Bool {
    loss.isFinite && (logits + features.joined() + connectors).allSatisfy(\.isFinite)
  }
  /// Whether nothing moves: all gradients are 0.
  var isStill: Bool { (logits + features.joined() + connectors).allSatisfy { $0 == 0 } }
}

extension LossCase {
  /// Evaluates the loss in memory that holds NaN wherever it must not be read, and checks that no more scratch is
  /// used than was asked for.
  func evaluate() -> LossResult {
    let scratchFloats = loss.scratchFloats(images: images, classes: classes)
    let inputs = loss.inputs
    precondition(inputs.features.count == values.features.count, "features")
    precondition(inputs.teacherFeatures.count == values.teacherFeatures.count, "teacher's features")
    let floats = [values.logits, values.teacherLogits, values.connectors, values.connectors]
      .map(\.count)
      .reduce(0, +)
    let lists = values.features + values.features + values.teacherFeatures + values.peerLogits
    let featureFloats = lists.reduce(0) { $0 + $1.count }
    let buffers = 12 + 3 * lists.count
    let arena = FloatArena(
      count: floats + values.logits.count + featureFloats + scratchFloats + 4 * images
        + buffers * 3 * readMargin)
    defer { withExtendedLifetime(arena) {} }
    arena.base.update(repeating: .nan, count: arena.count)
    var cursor = MemoryCursor(arena.base)
    func place(_ numbers: [Double]) -> UnsafeMutablePointer<Float> {
      let memory = cursor.take(numbers.count)
      for (i, number) in numbers.enumerated() { memory[i] = Float(number) }
      return memory
    }
    func place(_ labels: [Int32]) -> UnsafePointer<Int32> {
      let memory = UnsafeMutableRawPointer(cursor.take(labels.count))
        .assumingMemoryBound(to: Int32.self)
      for (i, label) in labels.enumerated() { memory[i] = label }
      return UnsafePointer(memory)
    }
    func read(_ memory: UnsafePointer<Float>, _ count: Int) -> [Float] {
      Array(UnsafeBufferPointer(start: memory, count: count))
    }
    let logits = LossSlice.Feature(
      values: place(values.logits), gradient: cursor.take(values.logits.count))
    var features: [LossSlice.Feature] = []
    for feature in values.features {
      features.append(
        LossSlice.Feature(values: place(feature), gradient: cursor.take(feature.count)))
    }
    let teacherFeatures = values.teacherFeatures.map { UnsafePointer(place($0)) }
    let peerLogits = values.peerLogits.map { UnsafePointer(place($0)) }
    let mix = values.mix.map {
      LabelMix(otherLabels: place($0.otherLabels), shares: UnsafePointer(place($0.shares)))
    }
    let labels = place(values.labels)
    let teacherLogits = place(values.teacherLogits)
    let connectors = place(values.connectors)
    let connectorGradients = cursor.take(loss.connectorFloats)
    connectorGradients.update(repeating: 0, count: loss.connectorFloats)
    let scratch = cursor.take(scratchFloats)
    // What lies behind the scratch and its margin belongs to somebody else.
    let behind = cursor.take(16)
    behind.update(repeating: 12345, count: 16)
    let result = loss.evaluate(
      LossSlice(
        count: images, batch: batch, classes: classes, step: step, seed: seed, progress: progress,
        labels: labels, mix: mix, logits: logits, teacherLogits: teacherLogits, features: features,
        teacherFeatures: teacherFeatures, peerLogits: peerLogits, connectors: connectors,
        connectorGradients: connectorGradients, scratch: scratch))
    #expect((0..<16).allSatisfy { behind[$0] == 12345 }, "the loss wrote behind its scratch")
    return LossResult(
      loss: result.loss / Double(batch), correct: result.correct,
      logits: inputs.readsLogits ? read(logits.gradient, values.logits.count) : [],
      features: zip(features, values.features).map { read($0.gradient, $1.count) },
      connectors: read(connectorGradients, loss.connectorFloats))
  }

  /// Moves what the loss reads of the student, and its connectors, by plain gradient steps.
  ///
  /// - Parameter connectorRate: The connectors' rate; nil: the same.
  mutating func descend(steps: Int, rate: Double, connectorRate: Double? = nil) {
    func move(_ numbers: inout [Double], _ gradient: [Float], _ rate: Double) {
      for (i, slope) in gradient.enumerated() { numbers[i] -= rate * Double(slope) }
    }
    for _ in 0..<steps {
      let result = evaluate()
      move(&values.logits, result.logits, rate)
      for (i, gradient) in result.features.enumerated() {
        move(&values.features[i], gradient, rate)
      }
      move(&values.connectors, result.connectors, connectorRate ?? rate)
      step += 1
    }
  }

  /// Compares the loss and all its gradients with a plain definition in double precision, the gradients with its
  /// central differences.
  ///
  /// - Parameters:
  ///   - tolerance: Of the loss, relative; of gradients, relative to the largest of their kind.
  ///   - plain: The slice's part of the batch's mean loss.
  func expectDefinition(
    tolerance: Double = 1e-4, sourceLocation: SourceLocation = #_sourceLocation,
    _ plain: (LossValues) -> Double
  ) {
    let result = evaluate()
    let expected = plain(singlePrecision)
    #expect(
      abs(result.loss - expected) <= tolerance * max(abs(expected), 1e-3),
      "loss", sourceLocation: sourceLocation)
    if loss.inputs.readsLogits {
      expectSlopes(
        result.logits, along: \.logits, tolerance: tolerance, sourceLocation: sourceLocation, plain)
    }
    for (i, gradient) in result.features.enumerated() {
      expectSlopes(
        gradient, along: \.features[i], tolerance: tolerance, sourceLocation: sourceLocation, plain)
    }
    expectSlopes(
      result.connectors, along: \.connectors, tolerance: tolerance, sourceLocation: sourceLocation,
      plain)
  }

  /// Compares a gradient with central differences of `plain`, at 12 places at least if there are so many.
  func expectSlopes(
    _ gradient: [Float], along path: WritableKeyPath<LossValues, [Double]>,
    tolerance: Double = 1e-4, sourceLocation: SourceLocation = #_sourceLocation,
    _ plain: (LossValues) -> Double
  ) {
    let start = singlePrecision
    let change = 1e-5
    let places = Array(stride(from: 0, to: gradient.count, by: max(1, gradient.count / 12)))
    let slopes = places.map { i in
      var (up, down) = (start, start)
      up[keyPath: path][i] += change
      down[keyPath: path][i] -= change
      return (plain(up) - plain(down)) / (2 * change)
    }
    let largest = slopes.map(abs).max() ?? 0
    for (i, slope) in zip(places, slopes) {
      #expect(
        abs(Double(gradient[i]) - slope) <= tolerance * largest + 1e-8,
        "\(path) at \(i): got \(gradient[i]), expected \(slope)", sourceLocation: sourceLocation)
    }
  }

  /// The values as the loss sees them, rounded to single precision.
  private var singlePrecision: LossValues {
    func rounded(_ numbers: [Double]) -> [Double] { numbers.map { Double(Float($0)) } }
    var values = values
    values.logits = rounded(values.logits)
    values.teacherLogits = rounded(values.teacherLogits)
    values.features = values.features.map(rounded)
    values.teacherFeatures = values.teacherFeatures.map(rounded)
    values.peerLogits = values.peerLogits.map(rounded)
    values.connectors = rounded(values.connectors)
    if let mix = values.mix { values.mix = (mix.otherLabels, rounded(mix.shares)) }
    return values
  }
}

/// Returns normal numbers around 0, times `scale`.
func normalFloats(_ count: Int, _ purpose: String, scale: Double = 1) -> [Float] {
  var stream = RandomStream(seed: 2, purpose: purpose)
  return (0..<count).map { _ in Float(scale * stream.normal()) }
}
