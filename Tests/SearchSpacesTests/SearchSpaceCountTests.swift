import Foundation
import Testing

@testable import SearchSpaces

@Suite("the count of points")
struct SearchSpaceCountTests {
  @Test("agrees with listing them all", arguments: 0..<80)
  func bruteForce(number: Int) {
    let space = randomSpace(number)
    let all = bruteForceArchitectures(of: space)
    #expect(space.pointCount == Double(all.count))
    #expect(space.pointCount == Double(all.count))
    let listed = space.allArchitectures(limit: all.count)
    #expect(listed?.count == all.count)
    #expect(Set(listed ?? []) == all)
    #expect(space.allArchitectures(limit: all.count - 1) == nil)
  }

  @Test("lists in the order of the choices")
  func order() throws {
    let all = try #require(randomSpace(5).allArchitectures(limit: 100_000))
    for (one, next) in zip(all, all.dropFirst()) {
      #expect(one.choices.lexicographicallyPrecedes(next.choices))
    }
  }

  @Test("is found quickly for more points than could be listed")
  func large() {
    let space = bareSpace(
      (0..<40).flatMap { stage in
        [
          plainParameter("depth\(stage)", count: 4),
          plainParameter(
            "kernel\(stage)", count: 3, when: [.init(parameter: 2 * stage, choices: [1, 2, 3])]),
        ]
      })
    #expect(abs(log10(space.pointCount) - 40) < 1e-9)  // (1 + 3 · 3)⁴⁰
  }
}
