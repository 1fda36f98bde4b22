import Benchmarks
import DeployedModels
import Distillation
import IntegerInference
import NetworkFixtures
import NeuralNetworks
import StudentRuntime
import TFLiteFiles
import TestSupport
import Testing

/// The benchmarks' networks, one image, one thread. Timings mean something only where nothing else runs, so that
/// this is no part of the quick tests.
@Suite("a student in an app", .enabled(if: Thoroughness.isFull), .serialized)
struct SpeedTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("runs fp32 at seven tenths of the engine's speed at least, T at six")
  func floats() throws {
    for reference in ReferenceNetwork.forFashionMNIST {
      let model = RandomModel(try reference.network(), seed: 1)
      let trained = TrainedModel(
        network: model.network, parameters: model.parameters, statistics: model.statistics)
      let path = folder.file("student.tflite")
      try TFLiteFile(
        LoweredNetwork(
          model.network, parameters: model.parameters, statistics: model.statistics
        ).model
      ).write(to: path)
      let plan = trained.inferencePlan(capacity: 1)
      try compare(reference, "fp32", path, image: model.image(seed: 2)) { image in
        plan.input.update(from: image, count: image.count)
        plan.run(images: 1)
      }
    }
  }

  @Test("runs int8 at seven tenths of the engine's speed at least, T at six")
  func integers() throws {
    for reference in ReferenceNetwork.forFashionMNIST {
      let model = RandomModel(try reference.network(), seed: 1)
      let lowered = try LoweredNetwork(
        model.network, parameters: model.parameters, statistics: model.statistics)
      let integers = minMaxQuantized(lowered.model, images: [model.image(seed: 1)])
      let path = folder.file("student.tflite")
      try TFLiteFile(integers).write(to: path)
      let plan = try IntegerPlan(integers, capacity: 1)
      try compare(reference, "int8", path, image: model.image(seed: 2)) { image in
        plan.input.update(from: image, count: image.count)
        plan.run(images: 1)
      }
    }
  }

  /// Both take turns, so that what else the machine does meets both.
  private func compare(
    _ reference: ReferenceNetwork, _ precision: String, _ path: String, image: [Float],
    engine: ([Float]) -> Void
  ) throws {
    let name = "\(reference.rawValue) \(precision)"
    let student = try Student(contentsOf: path)
    var (ours, theirs) = (Duration.seconds(1000), Duration.seconds(1000))
    for _ in 0..<400 {
      theirs = min(theirs, ContinuousClock().measure { for _ in 0..<3 { engine(image) } } / 3)
      ours = min(
        ours,
        try ContinuousClock().measure {
          for _ in 0..<3 { _ = try student.predict(pixels: image) }
        } / 3)
    }
    print("\(name): engine \(theirs), StudentRuntime \(ours), speed \(theirs / ours)")
    // The engine runs the teacher's 3×3 convolutions by minimal filtering, which this library has no room for.
    #expect(theirs / ours >= (reference == .teacher ? 0.6 : 0.7), "\(name)")
  }
}
