import RandomStreams
import Testing

@testable import Statistics

@Suite("the shares of architecture and recipe in the variance")
struct VarianceSharesTests {
  /// Outcomes of two decisions of the architecture and one of the recipe, drawn independently.
  ///
  /// - Parameters:
  ///   - own: The step from value to value of the first decision; the second one does nothing.
  ///   - recipe: The same of the recipe's.
  private func trials(
    _ count: Int, own: Double, recipe: Double, noise: Double
  ) -> (levels: [[Int]], outcomes: [Double]) {
    var random = RandomStream(seed: 3, purpose: "made-up trials")
    var (levels, outcomes): ([[Int]], [Double]) = ([], [])
    for _ in 0..<count {
      let drawn = [
        random.integer(below: 3), random.integer(below: 2), random.integer(below: 3),
      ]
      levels.append(drawn.map { $0 + 1 })
      outcomes.append(
        0.5 + own * Double(drawn[0]) + recipe * Double(drawn[2]) + noise * random.normal())
    }
    return (levels, outcomes)
  }

  private func shares(
    _ count: Int = 300, own: Double, recipe: Double, noise: Double
  ) throws -> VarianceShares {
    let (levels, outcomes) = trials(count, own: own, recipe: recipe, noise: noise)
    return try #require(
      VarianceShares(levels: levels, outcomes: outcomes, networkDecisions: 2, seed: 1))
  }

  @Test("are the parts of the variance that independent decisions have")
  func parts() throws {
    // Variances 9 · 2/3 and 2/3, and 1/3 of noise: 6 : ⅔ : ⅓ of 7.
    let shares = try shares(own: 3, recipe: 1, noise: 0.577_350_27)
    #expect(abs(shares.architecture.value - 6 / 7.0) < 0.09)
    #expect(abs(shares.recipe.value - 0.667 / 7) < 0.04)
    #expect(abs(shares.both.value - 6.667 / 7) < 0.03 && abs(shares.either) < 0.12)
    #expect(shares.architecture.interval.contains(shares.architecture.value))
    #expect(shares.recipe.interval.lowerBound > 0 && shares.count == 300)
  }

  @Test("go to the recipe where it alone matters")
  func recipeOnly() throws {
    let shares = try shares(own: 0, recipe: 1, noise: 0.3)
    #expect(shares.recipe.value > 0.8 && abs(shares.architecture.value) < 0.05)
    #expect(shares.architecture.interval.lowerBound <= 0.02)
  }

  @Test("are nothing where nothing but chance tells trials apart")
  func chance() throws {
    let shares = try shares(own: 0, recipe: 0, noise: 1)
    #expect(shares.both.value < 0.05 && shares.both.interval.lowerBound < 0)
    #expect(abs(shares.recipe.value) < 0.05)
  }

  @Test("are either's where a search tried good recipes with good architectures")
  func confounded() throws {
    let (drawn, _) = trials(200, own: 0, recipe: 0, noise: 0)
    let levels = drawn.map { [$0[0], $0[1], $0[0]] }
    let outcomes = levels.map { 2 * Double($0[0]) }
    let shares = try #require(
      VarianceShares(levels: levels, outcomes: outcomes, networkDecisions: 2, seed: 1))
    #expect(shares.either > 0.95 && shares.architecture.value < 0.03)
    #expect(shares.recipe.value < 0.03)
  }

  @Test("are not estimated from few trials, or where one of the two does not vary")
  func missing() {
    let (levels, outcomes) = trials(40, own: 1, recipe: 1, noise: 0.1)
    func shares(_ levels: [[Int]], _ outcomes: [Double]) -> VarianceShares? {
      VarianceShares(levels: levels, outcomes: outcomes, networkDecisions: 2, seed: 1)
    }
    #expect(shares(levels, outcomes) != nil)
    #expect(shares(Array(levels.prefix(19)), Array(outcomes.prefix(19))) == nil)
    #expect(shares(levels.map { [$0[0], $0[1], 1] }, outcomes) == nil)
    #expect(shares(levels.map { [1, 1, $0[2]] }, outcomes) == nil)
    #expect(shares(levels, outcomes.map { _ in 0.5 }) == nil)
  }
}
