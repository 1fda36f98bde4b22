import BayesianOptimization
import Foundation
import SearchSpaces
import Statistics
import TestSupport
import Testing

@testable import FlashBenchmark
@testable import Studies

@Suite("the posterior of flash results")
struct FlashPosteriorTests {
  private let space: SearchSpace
  private let students: [Architecture]

  init() throws {
    space = try SearchSpace(
      json: Data(SmallTable.spaceText(parameters: 4).utf8), file: "space.json")
    students = (try #require(space.allArchitectures(limit: 100))).enumerated()
      .filter { $0.offset % 4 == 0 }.map(\.element)
  }

  private func truth(_ architecture: Architecture) -> Double {
    0.6 + 0.05 * Double(architecture.choices[0]) + 0.03 * Double(architecture.choices[1])
      + 0.02 * Double(architecture.choices[2])
  }

  /// Students that cost the same, so that the projection leaves their order alone.
  private func posterior(_ flash: (Architecture) -> Double?) -> FlashPosterior {
    FlashPosterior(
      session: SearchSession(
        ProposalProblem(space: space, costNames: ["cost"]) { architecture in
          Appraisal(
            costs: [Double(10 + architecture.choices.reduce(0, +))], covariates: [], violation: 0)
        }),
      students: students.map {
        BenchmarkStudent(
          key: space.key(of: $0), architecture: $0, costs: MadeUp.costs(macs: 400_000),
          trainingMACs: 1_200_000)
      },
      flash: students.map { architecture in
        flash(architecture).map { FlashEstimate(accuracy: $0, standardError: 0.001) }
      }, fraction: 0.05)
  }

  @Test("audits the middles of equal parts of a ranking")
  func audited() {
    // By score: 7, 6, … 0, in parts of two.
    let scores = (0..<8).map(Double.init)
    #expect(FlashPosterior.audited(Array(0..<8), scores: scores) == [7, 5, 3, 1])
    #expect(FlashPosterior.audited([0, 1, 2, 3, 4], scores: scores) == [4, 3, 2, 1])
    #expect(FlashPosterior.audited([5, 0], scores: scores) == [5, 0])
    // Equal scores in the order of the students.
    #expect(FlashPosterior.audited([4, 2, 1, 3], scores: scores.map { _ in 1 }) == [1, 2, 3, 4])
  }

  @Test("ranks as flash does where flash is right, and moves to the full accuracies' level")
  func means() throws {
    let posterior = posterior { truth($0) - 0.2 }
    let values = students.map(truth)
    let projected = posterior.projected()
    #expect(try #require(RankCorrelation.value(.spearman, of: projected, and: values)) > 0.99)
    let means = try #require(posterior.means())
    #expect(try #require(RankCorrelation.value(.spearman, of: means, and: values)) > 0.95)
    let audited = try #require(posterior.afterAudit(full: values)?.means)
    #expect(try #require(RankCorrelation.value(.spearman, of: audited, and: values)) > 0.9)
    let error = { (a: [Double]) in zip(a, values).reduce(0) { $0 + abs($1.0 - $1.1) } }
    #expect(error(audited) < 0.5 * error(means))
  }

  @Test("learns from four full results and from no other")
  func fourAudited() throws {
    let posterior = posterior { truth($0) - 0.2 }
    let full: [Double?] = students.map(truth)
    let (audited, means) = try #require(posterior.afterAudit(full: full))
    #expect(audited.count == 4)
    let changed = students.indices.map { audited.contains($0) ? full[$0] : 0.1 }
    let others = try #require(posterior.afterAudit(full: changed))
    #expect(others.audited == audited && others.means == means)
    // What is missing cannot be audited.
    #expect(posterior.afterAudit(full: students.indices.map { $0 < 3 ? full[$0] : nil }) == nil)
    #expect(posterior.afterAudit(full: students.indices.map { $0 < 4 ? full[$0] : nil }) != nil)
  }

  @Test("is nothing without a result, and counts a failure as the worst")
  func failures() throws {
    #expect(posterior { _ in nil }.means() == nil)
    let one = posterior { $0 == students[3] ? nil : truth($0) }
    #expect(one.projected()[3] == 0)
    #expect(try #require(one.means()).count == students.count)
  }
}
