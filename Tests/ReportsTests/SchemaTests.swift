import Foundation
import Testing

@testable import Reports

@Suite("the schema of front.json")
struct SchemaTests {
  private static func schema() throws -> SchemaChecker {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "Results/front.schema.json"))
    return SchemaChecker(
      root: try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]))
  }

  private func object(_ reported: ReportedStudy) throws -> [String: Any] {
    let data = Data(try reported.report().frontJSON.utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("is kept by every study", arguments: ReportedStudy.allCases)
  func kept(reported: ReportedStudy) throws {
    let complaints = try SchemaTests.schema().complaints(try object(reported))
    #expect(complaints.isEmpty, "\(complaints.prefix(5))")
  }

  @Test("knows every member of the file and of its trials")
  func known() throws {
    let schema = try SchemaTests.schema()
    let properties = try #require(schema.root["properties"] as? [String: Any])
    for reported in ReportedStudy.allCases {
      #expect(try object(reported).keys.allSatisfy { properties[$0] != nil })
    }
  }

  @Test("refuses what is missing, out of range or of another kind")
  func refused() throws {
    let (schema, object) = (try SchemaTests.schema(), try object(.small))
    func complaints(_ change: (inout [String: Any]) -> Void) -> [String] {
      var changed = object
      change(&changed)
      return schema.complaints(changed)
    }
    #expect(complaints { $0["trials"] = nil } == ["$: trials is missing"])
    #expect(complaints { $0["format"] = "autodistill-front/2" }.count == 1)
    #expect(complaints { $0["complete"] = 1 }.count == 1)
    #expect(complaints { $0["knee"] = true }.count == 1)
    var trial = try #require((object["trials"] as? [[String: Any]])?.first)
    trial["projected_accuracy"] = 90.5
    #expect(complaints { $0["trials"] = [trial] }.count == 1)
    trial["projected_accuracy"] = 0.905
    trial["surprise"] = 1
    #expect(complaints { $0["trials"] = [trial] } == ["$.trials[0]: surprise is unknown"])
  }
}
