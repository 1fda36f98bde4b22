import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study on a space with reference designs.
func studyWithReferences(_ text: StudyText = .tiny) throws -> TinyStudy {
  let study = try TinyStudy(text)
  try study.temporary.write(tinySpaceWithReferences, to: "space.json")
  return study
}

@Suite("the reference designs that a study asks for")
struct ReferenceChoiceTests {
  private func choice(_ text: String) throws -> ReferenceChoice {
    try StudyText.tiny.setting("references", text).definition().referenceChoice
  }

  @Test("are all, none, a number, or those of a list; two below each budget without the field")
  func reads() throws {
    #expect(try choice("true") == .all)
    #expect(try choice("false") == ReferenceChoice.none)
    #expect(try choice("3") == .nearest(3))
    #expect(try choice("[\"deep\", \"small\"]") == .named(["deep", "small"]))
    #expect(try StudyText.tiny.definition().referenceChoice == .nearest(2))
  }

  @Test(
    "are refused where the field is not as documented",
    arguments: [
      ("0", "references: got 0, expected a whole number from 1 to 1000"),
      ("1.5", "references: got 1.5, expected true, false, a number of designs"),
      ("\"deep\"", "references: got \"deep\", expected true, false, a number of designs"),
      ("[]", "references: got [], expected at least one name, or false"),
      ("[3]", "references[0]: got 3, expected a reference design"),
      ("[\"a\", \"a\"]", "references[1]: got \"a\", expected a reference design once"),
    ])
  func refused(text: String, part: String) {
    expectError(["study.json: ", part]) { _ = try choice(text) }
  }

  @Test("are refused where the space does not have them")
  func unknown() throws {
    for (text, part) in [
      ("true", "references: got true, expected nothing or false: the search space tiny has no"),
      ("2", "references: got a number, expected nothing or false"),
      ("[\"deep\"]", "references[0]: got \"deep\", expected no name: the search space tiny has no"),
    ] {
      let study = try TinyStudy(.tiny.setting("references", text))
      expectError([study.folder.definition, part]) { _ = try study.inputs() }
    }
    let study = try studyWithReferences(.tiny.setting("references", "[\"deep\", \"dep\"]"))
    expectError(["references[1]: got \"dep\", expected one of \"deep\", \"small\", \"middle\""]) {
      _ = try study.inputs()
    }
    #expect(
      try TinyStudy(.tiny.setting("references", "false")).inputs().space.references.isEmpty)
  }

  @Test("are part of what was asked for, their default too, where the space has any")
  func identities() throws {
    let plain = try TinyStudy()
    let with = try studyWithReferences()
    let definition = try plain.inputs().definition
    // A study on a space without them is what it was before there were any.
    #expect(try definition.identities(in: plain.inputs().space) == [definition.identity])
    let hash = try plain.inputs().files.studyHash
    #expect(hash == ContentHash.hexadecimal(of: definition.identity))
    #expect(try with.inputs().files.studyHash != hash)
    #expect(
      try definition.identities(in: with.inputs().space)
        == [definition.identity + " references=2", definition.identity])
    let given = try studyWithReferences(.tiny.setting("references", "2"))
    #expect(try given.inputs().files.studyHash != with.inputs().files.studyHash)
    // They change nothing of what a key means: the space is the same one.
    #expect(try with.inputs().spaceHash == plain.inputs().spaceHash)
    #expect(
      try plain.inputs().spaceHash
        == ContentHash.hexadecimal(ofFile: plain.temporary.file("space.json")))
  }

  @Test("may be tried by the search first, by their names")
  func enqueued() throws {
    func text(_ enqueue: String) -> StudyText {
      .tiny.setting("search", "{\"trials\": 4, \"sampler\": \"random\", \"enqueue\": \(enqueue)}")
    }
    let study = try studyWithReferences(text("[\"deep\", \"001\", \"small\"]"))
    let inputs = try study.inputs()
    #expect(inputs.definition.search.enqueue == ["212", "001", "000"])
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study, through: .search)
    #expect(state.trials.prefix(3).map(\.key) == ["212", "001", "000"])
    // What the names stand for is part of what was asked for.
    try study.temporary.write(
      tinySpaceWithReferences.replacing("\"212\"", with: "\"211\""), to: "space.json")
    #expect(throws: StudyError.self) { try study.inputs().check(against: state) }
    let twice = try studyWithReferences(text("[\"212\", \"deep\"]"))
    expectError(["search.enqueue[1]: got \"deep\", expected each student once"]) {
      _ = try twice.inputs()
    }
    let unknown = try studyWithReferences(text("[\"dep\"]"))
    expectError(["search.enqueue[0]: got \"dep\""]) { _ = try unknown.inputs() }
  }
}

@Suite("the choice of reference designs")
struct ReferenceSelectionTests {
  private let designs = [("a", 500), ("b", 100), ("c", 300), ("d", 200), ("e", 900)].map {
    JournalEvent.ReferencesChosen.Design(name: $0.0, key: $0.0, costs: MadeUp.costs(macs: $0.1))
  }

  private func nearest(_ count: Int, _ text: StudyText) throws -> String {
    ReferenceSelection.nearest(count, of: designs, try text.definition()).map(\.name).joined()
  }

  @Test("takes the costliest that keep the limits, in the order of the space")
  func limit() throws {
    let text = StudyText.tiny.setting("constraints", "[\"macs<=450\"]")
    #expect(try nearest(1, text) == "c")
    #expect(try nearest(2, text) == "cd")
    #expect(try nearest(5, text) == "bcd")
    #expect(try nearest(2, StudyText.tiny.setting("constraints", "[\"macs<=50\"]")) == "")
  }

  @Test("takes them for each budget and for all limits, each once")
  func budgets() throws {
    let text = StudyText.tiny.setting("budgets", "[\"macs<=250\", \"macs<=350\"]")
    #expect(try nearest(1, text) == "cd")
    #expect(try nearest(2, text) == "bcd")
    #expect(try nearest(1, text.setting("constraints", "[\"macs<=600\"]")) == "acd")
  }

  @Test("keeps a budget's floors too")
  func floors() throws {
    let text = StudyText.tiny.setting("budgets", "[\"250<=macs<=950\"]")
    #expect(try nearest(5, text) == "ace")
  }

  @Test("spreads them over the costs where there is no budget")
  func spread() throws {
    #expect(try nearest(1, .tiny) == "c")
    #expect(try nearest(2, .tiny) == "be")
    #expect(try nearest(3, .tiny) == "bce")
    #expect(try nearest(9, .tiny) == "abcde")
  }

  @Test("says why a design that is asked for may not be trained, and leaves it out of a number")
  func refused() throws {
    func chosen(_ references: String) throws -> JournalEvent.ReferencesChosen {
      let study = try studyWithReferences(
        .tiny.setting("references", references).setting("constraints", "[\"macs<=3000\"]"))
      return ReferenceSelection(inputs: try study.inputs()).chosen()
    }
    let named = try chosen("[\"deep\", \"small\"]")
    #expect(named.designs.map(\.name) == ["small"] && named.designs.map(\.key) == ["000"])
    #expect(named.refused.map(\.name) == ["deep"] && named.refused.map(\.key) == ["212"])
    #expect(named.refused.first?.reason.hasPrefix("it breaks macs<=3000 by ") == true)
    #expect(try chosen("true").refused.map(\.name) == ["deep"])
    #expect(try chosen("1").refused.isEmpty && chosen("1").designs.count == 1)
    #expect(try chosen("false").designs.isEmpty)
  }
}
