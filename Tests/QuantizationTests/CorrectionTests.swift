import DeployedModels
import NetworkFixtures
import NeuralNetworks
import RandomStreams
import Testing

@testable import Quantization

@Suite("corrections of models before they are quantised")
struct CorrectionTests {
  @Test(
    "equalisation computes the same floats", arguments: ["mobile-cnn", "quick-mobile", "fbnet"])
  func sameFloats(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 3) {
      let fixture = try QuantizationFixture(network, count: 4)
      let calibration = try Calibration(fixture.model, images: fixture.images)
      let equalized = LayerEqualization.equalized(fixture.model, by: calibration)
      #expect(equalized.operators == fixture.model.operators)
      let executors = [fixture.model, equalized].map { ModelExecutor($0, capacity: 4) }
      for executor in executors {
        executor.load(fixture.images, first: 0, count: 4)
        executor.run(images: 4)
      }
      let largest = (0..<40).map { abs(executors[0].output[$0]) }.max()!
      for place in 0..<40 {
        let difference = abs(executors[0].output[place] - executors[1].output[place])
        #expect(difference <= 1e-3 * max(1, largest))
      }
    }
  }

  @Test("equalisation brings channels to one reach")
  func equalizes() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 3, bias: true))
    try builder.append(.activation(.relu))
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 2))
    var fixture = try QuantizationFixture(try builder.network())
    let weight = fixture.model.operators[0].inputs[1]
    fixture.model.tensors[weight].values = .float32([1, 0.5, 0.1, -0.1, 0.02, 0.3])
    fixture.model.tensors[fixture.model.operators[0].inputs[2]].values = .float32([0, 0, 0])
    let before = try Calibration(fixture.model, images: fixture.images)
    let equalized = LayerEqualization.equalized(fixture.model, by: before)
    let after = try Calibration(equalized, images: fixture.images)
    let output = fixture.model.operators[0].output
    let highs = after.statistics[output]!.highs
    #expect(highs.max()! / highs.min()! < 1.01, "\(highs)")
    #expect(before.statistics[output]!.highs.max()! / before.statistics[output]!.highs.min()! > 2)
  }

  @Test("bias correction takes the mean error of rounded weights away")
  func biases() throws {
    // Without padding the means are exact.
    var builder = NetworkBuilder(input: TensorShape(height: 6, width: 6, channels: 3))
    try builder.append(
      .groupedConvolution(kernel: 1, stride: 1, channels: 6, groups: 3, bias: true))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 4, bias: true))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    let fixture = try QuantizationFixture(try builder.network(), count: 12)
    // Weights that round coarsely, and images with a mean.
    var model = fixture.model
    for step in model.operators where step.kind.hasWeights {
      var values = model.floats(step.inputs[1])
      for place in values.indices where place % 3 != 0 { values[place] *= 0.012 }
      model.tensors[step.inputs[1]].values = .float32(values)
    }
    let images = try CalibrationImages(fixture.images.values.map { $0 + 2 }, count: 12)
    let calibration = try Calibration(model, images: images)
    let corrected = BiasCorrection.corrected(model, by: calibration)
    var plain = 0.0
    for step in model.operators where step.kind.hasWeights {
      // The layer alone on exact inputs: ŵ · E[x] + b̂ is w · E[x] + b.
      let means = calibration.statistics[step.inputs[0]]!.means.map(Double.init)
      let weights = model.floats(step.inputs[1])
      let layout = WeightLayout(
        shape: model.tensors[step.inputs[1]].shape, axis: step.kind.weightAxis)
      let scales = layout.scales(of: weights)
      let outputs = model.tensors[step.inputs[1]].shape[0]
      let depth = weights.count / outputs
      let groups = means.count / depth
      for output in 0..<outputs {
        var (exact, rounded) = (0.0, 0.0)
        for part in 0..<depth {
          let place = output * depth + part
          let mean = means[output / (outputs / groups) * depth + part]
          let scale = scales[layout.scaleIndex(place)]
          exact += Double(weights[place]) * mean
          rounded += Double(scale * layout.steps(weights[place], scale)) * mean
        }
        let (before, after) = (
          Double(model.floats(step.bias!)[output]), Double(corrected.floats(step.bias!)[output])
        )
        #expect(abs(exact + before - rounded - after) < 1e-5)
        plain = max(plain, abs(exact - rounded))
      }
    }
    // Without the correction some mean would move.
    #expect(plain > 1e-5)
  }
}
