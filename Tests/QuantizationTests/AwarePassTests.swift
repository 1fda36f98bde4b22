import DeployedModels
import NetworkFixtures
import NeuralNetworks
import RandomStreams
import TensorKernels
import Testing

@testable import Quantization

@Suite("gradients of deployed models")
struct AwarePassTests {
  @Test("are those of finite differences", arguments: ["mobile-cnn", "plain-residual"])
  func students(space: String) throws {
    let network = try NetworkFixtures.students(of: space, count: 1)[0]
    // Without the kinks of ReLUs, so that differences are slopes; those are in the other tests.
    var fixture = try QuantizationFixture(network, count: 1)
    for index in fixture.model.operators.indices {
      fixture.model.operators[index].activation = .none
      switch fixture.model.operators[index].kind {
      case .relu, .relu6, .hardSwish: fixture.model.operators[index].kind = .gelu
      default: break
      }
    }
    try expectGradients(fixture)
  }

  @Test("are so for every layer that there is")
  func unusual() throws {
    try expectGradients(QuantizationFixture(unusualNetwork(height: 7), seed: 2, count: 3))
  }

  @Test("are so for the operators that no layer becomes")
  func otherOperators() throws {
    try expectGradients(OtherOperators.fixture())
  }

  /// Moves each tensor a little along its own gradient and looks at the loss, Σ c · logits.
  private func expectGradients(_ fixture: QuantizationFixture) throws {
    let images = fixture.images.count
    let weights = AwareWeights(fixture.model)
    let pass = AwarePass(fixture.model)
    let slice = pass.slice(images: images, constants: weights.constants)
    let gradient = FloatArena(count: weights.floats)
    for entry in weights.entries {
      slice.weightGradients[entry.tensor] = gradient.base + entry.offset
    }
    var stream = RandomStream(seed: 9, purpose: "loss")
    let outputs = images * fixture.model.elementCount(fixture.model.output)
    let factors = (0..<outputs).map { _ in Float(stream.normal()) }
    func loss() -> Double {
      weights.refresh(rounds: false)
      slice.values[fixture.model.input].update(
        from: fixture.images.values, count: fixture.images.values.count)
      pass.forward(slice, images: images, quantizers: nil)
      return (0..<outputs).reduce(0) {
        $0 + Double(factors[$1]) * Double(slice.values[fixture.model.output][$1])
      }
    }
    _ = loss()
    slice.clearGradients(fixture.model, images: images)
    slice.gradients[fixture.model.output]!.update(from: factors, count: outputs)
    var bounds = [(low: Double, high: Double)](
      repeating: (0, 0), count: fixture.model.tensors.count)
    pass.backward(slice, images: images, quantizers: nil, bounds: &bounds)
    var checked = 0
    for entry in weights.entries {
      let own = Array(UnsafeBufferPointer(start: gradient.base + entry.offset, count: entry.count))
      let norm = own.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let place = weights.parameters + entry.offset
      let start = Array(UnsafeBufferPointer(start: place, count: entry.count))
      let size = start.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard norm > 1e-4 else { continue }
      checked += 1
      // Kinks of ReLUs make some steps wrong; the better counts.
      let errors = [1e-2, 1e-3].map { share in
        let step = share * max(size, 0.1)
        func moved(_ direction: Double) -> Double {
          for index in own.indices {
            place[index] = start[index] + Float(direction * step / norm) * own[index]
          }
          return loss()
        }
        // Richardson's: the error of third order drops out.
        let (near, far) = (moved(1) - moved(-1), moved(2) - moved(-2))
        let slope = (8 * near - far) / (12 * step)
        place.update(from: start, count: entry.count)
        return abs(slope - norm) / norm
      }
      #expect(errors.min()! < 0.03, "\(fixture.model.tensors[entry.tensor].name): \(errors)")
    }
    #expect(checked > weights.entries.count / 2)
  }
}

/// Operators of TensorFlow Lite that no layer of ours becomes.
enum OtherOperators {
  static func fixture() throws -> QuantizationFixture {
    var stream = RandomStream(seed: 5, purpose: "values")
    func values(_ count: Int) -> TensorValues {
      .float32((0..<count).map { _ in Float(0.5 * stream.normal()) })
    }
    func activation(_ shape: [Int]) -> DeployedTensor {
      DeployedTensor(name: "activation", shape: shape, type: .float32)
    }
    let tensors = [
      activation([1, 4, 4, 3]),
      DeployedTensor(name: "weight", shape: [5, 2, 1, 3], values: values(30)),
      DeployedTensor(name: "bias", shape: [5], values: values(5)),
      activation([1, 3, 2, 5]), activation([1, 3, 2, 5]), activation([1, 3, 2, 5]),
      activation([1, 3, 2, 5]),
      DeployedTensor(name: "axes", shape: [2], values: .int32([1, 2])), activation([1, 5]),
      DeployedTensor(name: "dense", shape: [4, 5], values: values(20)),
      DeployedTensor(name: "dense bias", shape: [4], values: values(4)), activation([1, 4]),
    ]
    let window = Window(height: 2, width: 1, strideY: 1, strideX: 2, padding: .valid)
    let operators = [
      DeployedOperator(.convolution(window), inputs: [0, 1, 2], output: 3),
      DeployedOperator(.logistic, inputs: [3], output: 4),
      DeployedOperator(.multiply, inputs: [3, 4], output: 5),
      DeployedOperator(.relu6, inputs: [5], output: 6),
      DeployedOperator(.mean(keepsDimensions: false), inputs: [6, 7], output: 8),
      DeployedOperator(.fullyConnected, inputs: [8, 9, 10], output: 11),
    ]
    let model = DeployedModel(tensors: tensors, operators: operators, input: 0, output: 11)
    return QuantizationFixture(
      model: model,
      images: try CalibrationImages((0..<96).map { _ in Float(stream.normal()) }, count: 2))
  }
}
