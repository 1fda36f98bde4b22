import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("a temperature in JSON")
struct TemperatureReadingTests {
  private func temperature(_ text: String) throws -> TemperaturePolicy {
    try Recipe(recipeField("{\"temperature\": \(text)}"), defaults: .small).loss.temperature
  }

  @Test("is a number, a line from one to another, or each image's own")
  func policies() throws {
    #expect(try temperature("3") == 3)
    #expect(try temperature("2.5") == 2.5)
    #expect(try temperature("{\"from\": 8, \"to\": 1}") == .annealed(from: 8, to: 1))
    #expect(try temperature("\"per_sample\"") == .perSample(base: 2))
    #expect(try temperature("{\"per_sample\": 3}") == .perSample(base: 3))
  }

  @Test(
    "is refused with the field, its value and what was expected",
    arguments: [
      ("\"hot\"", "full.temperature: got \"hot\", expected a number from 0.1 to 100"),
      ("true", "full.temperature: got true"),
      ("0.05", "full.temperature: got 0.05, expected a number from 0.1 to 100"),
      ("{\"from\": 8}", "the key \"to\" too"),
      ("{\"to\": 8}", "the key \"from\" too"),
      ("{\"from\": 0, \"to\": 1}", "full.temperature.from: got 0, expected a number from 0.1"),
      ("{\"from\": 8, \"to\": \"1\"}", "full.temperature.to: got \"1\""),
      ("{\"from\": 8, \"til\": 1}", "full.temperature.til: got an unknown key"),
      ("{\"per_sample\": 2, \"to\": 1}", "full.temperature.to: got 1, expected no such field"),
      ("{\"per_sample\": true}", "full.temperature.per_sample: got true, expected a number"),
    ])
  func refusals(text: String, message: String) {
    expectError([message]) { _ = try temperature(text) }
  }

  @Test("changes a recipe's identity, and as a number leaves it what it was")
  func identity() throws {
    let plain = Recipe.small.with { $0.loss.temperature = 4 }.identity
    #expect(plain.contains("loss=0.0,4.0,0.0 "))
    let annealed = Recipe.small.with { $0.loss.temperature = .annealed(from: 4, to: 4) }
    #expect(annealed.identity != plain)
  }
}
