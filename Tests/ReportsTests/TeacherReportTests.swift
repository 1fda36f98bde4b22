import Foundation
import Testing

@testable import Reports
@testable import Studies

@Suite("the teacher in a report")
struct TeacherReportTests {
  private static let logits = #"{"logits": {"train": "t.npy", "kind": "probabilities"}}"#

  /// A study whose teacher is what a text asks for and what is known of it.
  private func study(
    _ teacher: String, members: [Double] = [], notes: [String]? = nil, isTested: Bool = true
  ) -> MadeUpStudy {
    var study = MadeUpStudy.small
    study.teacher = teacher
    study.events = study.events.compactMap { event in
      switch event {
      case .teacherReady(var ready):
        (ready.macs, ready.parameters, ready.tensorsHash) = (nil, nil, nil)
        (ready.logitsHash, ready.notes) = ("10917", notes)
        ready.members =
          members.isEmpty
          ? nil : members.map { .init(validation: MadeUpStudy.evaluation($0, of: 5000)) }
        return .teacherReady(ready)
      case .teacherTested: return isTested ? event : nil
      default: return event
      }
    }
    return study
  }

  private func markdown(_ study: MadeUpStudy) throws -> String { try study.report().markdown }

  private func json(_ study: MadeUpStudy) throws -> [String: Any] {
    let data = Data(try study.report().frontJSON.utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("is a network of ours with its size, and nothing needs to be noted")
  func own() throws {
    let text = try markdown(.small)
    #expect(text.contains("trained by this study") && text.contains("104"))
    #expect(!text.contains("may have seen the validation images"))
    let teacher = try #require(try json(.small)["teacher"] as? [String: Any])
    #expect(teacher["macs"] as? Int == 104_000_000 && teacher["members"] is NSNull)
    #expect((teacher["notes"] as? [String]) == [])
  }

  @Test("is only its answers: sizes are unknown, and what people should know is said")
  func logits() throws {
    let study = study(
      Self.logits, notes: ["classes look swapped: its class 3 is mostly labelled 5"])
    let text = try markdown(study)
    for part in [
      "precomputed probabilities (t.npy)", "unknown: only its answers are known",
      "may have seen the validation images",
      "Classes look swapped: its class 3 is mostly labelled 5.",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("fewer MACs than the teacher"))
    let object = try json(study)
    let teacher = try #require(object["teacher"] as? [String: Any])
    #expect(teacher["macs"] is NSNull && teacher["parameters"] is NSNull)
    #expect((teacher["notes"] as? [String])?.count == 1)
    let hashes = try #require(object["hashes"] as? [String: Any])
    #expect(hashes["teacher_weights_sha256"] is NSNull)
    #expect(hashes["teacher_logits_sha256"] as? String == "10917")
    // The chart says what is known.
    #expect(try study.report().frontSVG.contains("teacher 92.90 %"))
  }

  @Test("says which test figure is unknown, and is complete without it")
  func unknownTest() throws {
    let study = study(Self.logits, isTested: false)
    #expect(try markdown(study).contains("unknown: teacher.logits has no \"test\""))
    #expect(try study.inputs().missing == MadeUpStudy.small.inputs().missing)
    #expect(try json(study)["complete"] as? Bool == true)
    // Of a teacher that could be asked it is a gap.
    var own = study
    own.teacher = MadeUpStudy.small.teacher
    #expect(try own.inputs().missing.contains("the teacher's accuracy on the test split"))
  }

  @Test("is several teachers, each with its own accuracy")
  func members() throws {
    let network = MadeUpStudy.small.teacher
    let weighted = network.dropLast() + #", "weight": 2}"#
    let study = study("[\(Self.logits), \(weighted)]", members: [0.91, 0.92])
    let text = try markdown(study)
    for part in [
      "2 teachers, whose probabilities are averaged", "91.00 (", "92.00 (", "trained by this study",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let teacher = try #require(try json(study)["teacher"] as? [String: Any])
    let members = try #require(teacher["members"] as? [[String: Any]])
    #expect(members.map { $0["weight"] as? Double } == [1, 2])
    #expect(members.map { $0["validation_accuracy"] as? Double } == [0.91, 0.92])
  }
}
