import DeployedModels
import NetworkFixtures
import NeuralNetworks
import RandomStreams
import TestSupport
import Testing

@testable import IntegerInference

@Suite("the int8 engine runs students")
struct StudentPlanTests {
  @Test("of every shipped space with the interpreter's integers", arguments: shippedSpaces)
  func spaces(space: String) throws {
    let side = imageSide(of: space, isThorough: Thoroughness.isFull)
    for (number, network) in try students(of: space, count: 3, side: side).enumerated() {
      try expectSame(RandomModel(network, seed: UInt64(number)))
    }
  }

  @Test("with every layer and every place that it can have")
  func unusual() throws {
    // Micro has no kernel for gelu in int8, and this network has none.
    try expectSame(RandomModel(unusualNetwork(height: 7), seed: 1))
  }

  /// int8 stays near fp32: the interpreter itself has a measure outside.
  private func expectSame(_ random: RandomModel) throws {
    let lowered = try LoweredNetwork(
      random.network, parameters: random.parameters, statistics: random.statistics)
    let images = (0..<4).map { random.image(seed: UInt64($0)) }
    let model = minMaxQuantized(lowered.model, images: images)
    var interpreter = try IntegerInterpreter(model)
    let plan = try IntegerPlan(model, capacity: images.count)
    plan.input.update(from: images.flatMap { $0 }, count: images.count * images[0].count)
    plan.run(images: images.count)
    var reference = FloatInterpreter(lowered.model)
    for (number, image) in images.enumerated() {
      interpreter.run(image)
      #expect(plan.integers(image: number) == interpreter.output)
      let classes = interpreter.logits.count
      #expect(
        (0..<classes).map { plan.logits[number * classes + $0] } == interpreter.logits)
      reference.run(image)
      let range = (reference.output.max() ?? 0) - (reference.output.min() ?? 0)
      let largest = zip(reference.output, interpreter.logits).map { abs($0 - $1) }.max() ?? 0
      #expect(largest <= 0.5 * range + 0.1, "int8 logits are \(largest) from fp32 ones")
    }
    // Random integers, as far from the images as can be.
    var stream = RandomStream(seed: 3, purpose: "integers")
    for _ in 0..<3 {
      let integers = images[0].map { _ in
        Int8(truncatingIfNeeded: Int(stream.uniform() * 256) - 128)
      }
      interpreter.run(integers)
      plan.run(integers: integers, images: 1)
      #expect(plan.integers() == interpreter.output)
    }
  }
}
