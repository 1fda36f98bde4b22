import Foundation
import FrontFiles
import HardwareProfiles
import Testing

@testable import Reports

/// Lists of metrics in places that cannot see `CostMetric`.
@Suite("every metric")
struct MetricListsTests {
  @Test("that depends on the device is known to comparisons as one")
  func devices() {
    let names = CostMetric.allCases.filter(\.dependsOnDevice).map(\.rawValue)
    #expect(FrontFile.deviceMetrics == Set(names))
  }

  @Test("may be a member of trials in the schema of front.json", arguments: CostMetric.allCases)
  func schema(_ metric: CostMetric) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "Results/front.schema.json"))
    let schema = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
    for definition in ["student", "trial"] {
      let rows = try #require(definitions[definition])
      let members = try #require(rows["properties"] as? [String: Any])
      let patterns = try #require(rows["patternProperties"] as? [String: Any])
      let isKnown =
        members[metric.rawValue] != nil
        || patterns.keys.contains {
          metric.rawValue.range(of: $0, options: .regularExpression) != nil
        }
      #expect(isKnown, "\(definition)")
    }
  }

  @Test("has an axis on the page", arguments: CostMetric.allCases)
  func axes(_ metric: CostMetric) {
    #expect(PageScript.source.contains("\(metric.rawValue): [\"\(metric.title)\""))
  }
}
