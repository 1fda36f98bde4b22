import Benchmarks
import Distillation
import Foundation
import NetworkFixtures
import NeuralNetworks
import StudentRuntime
import TestSupport
import Testing

@Suite("a student in an app")
struct SpeedTests {
  /// The benchmarks' networks, one image, one thread; timings mean something only on a machine that does nothing
  /// else, so that this is no part of the quick tests.
  @Test("runs at seven tenths of the engine's speed at least", .enabled(if: Thoroughness.isFull))
  func speed() throws {
    for reference in ReferenceNetwork.allCases {
      let model = RandomModel(try reference.network(), seed: 1)
      let folder = try TemporaryFolder()
      let path = folder.file("\(reference.rawValue).safetensors")
      let trained = TrainedModel(
        network: model.network, parameters: model.parameters, statistics: model.statistics)
      try trained.write(to: path, metadata: ["network": model.network.identity])
      if let kept = ProcessInfo.processInfo.environment["KEEP"] {
        try trained.write(to: "\(kept)/\(reference.rawValue).safetensors", metadata: ["network": model.network.identity])
      }
      let student = try Student(contentsOf: path)
      let image = model.image(seed: 2)
      let plan = trained.inferencePlan(capacity: 1)
      let engine = best {
        plan.input.update(from: image, count: image.count)
        plan.run(images: 1)
      }
      let runtime = try best { _ = try student.predict(pixels: image) }
      print("\(reference.rawValue): engine \(engine), StudentRuntime \(runtime), ratio \(engine / runtime)")
      #expect(engine / runtime >= 0.7, "\(reference.rawValue)")
    }
  }

  private func best(_ work: () throws -> Void) rethrows -> Duration {
    var best = Duration.seconds(1000)
    for _ in 0..<60 {
      best = min(best, try ContinuousClock().measure { for _ in 0..<10 { try work() } } / 10)
    }
    return best
  }
}
