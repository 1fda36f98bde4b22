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

  private func object(_ study: MadeUpStudy) throws -> [String: Any] {
    let data = Data(try study.report().frontJSON.utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("is kept by every study", arguments: HTMLReportTests.studies)
  func kept(study: MadeUpStudy) throws {
    let complaints = try SchemaTests.schema().complaints(try object(study))
    #expect(complaints.isEmpty, "\(complaints.prefix(5))")
  }

  @Test("knows every member of the file and of its trials")
  func known() throws {
    let schema = try SchemaTests.schema()
    let properties = try #require(schema.root["properties"] as? [String: Any])
    for study in HTMLReportTests.studies {
      #expect(try object(study).keys.allSatisfy { properties[$0] != nil })
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
