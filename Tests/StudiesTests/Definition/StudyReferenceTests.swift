import BayesianOptimization
import Distillation
import Foundation
import HardwareProfiles
import Testing

@testable import Studies

@Suite("the reference of study.json")
struct StudyReferenceTests {
  /// The rows of tables in Results/README.md that begin with a field.
  private func row(_ field: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "Results/README.md"), encoding: .utf8)
    return try #require(
      text.split(separator: "\n").first { $0.hasPrefix("| `\(field)` |") }.map(String.init))
  }

  @Test("names every metric", arguments: CostMetric.allCases)
  func metrics(_ metric: CostMetric) throws {
    #expect(try row("minimize").contains("`\(metric.rawValue)`"))
  }

  @Test("names every sampler", arguments: SamplerKind.allCases)
  func samplers(_ sampler: SamplerKind) throws {
    #expect(try row("search").contains("`\(sampler.rawValue)`"))
  }

  @Test("names every way of teaching with its fields and its paper")
  func teaching() throws {
    for rule in TeachingTable.rules {
      let row = try row(rule.kind)
      let paper = try #require(rule.summary.split(separator: "arXiv:").last)
      #expect(row.contains("arXiv:\(paper)"))
      for field in ["stages", "students", "keys", "decay", "result", "groups", "focus"]
      where rule.keys.contains(field) {
        #expect(row.contains("`\(field)`"), "\(rule.kind): \(field)")
      }
    }
  }
}
