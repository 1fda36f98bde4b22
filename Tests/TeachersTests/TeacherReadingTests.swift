import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("a teacher in study.json")
struct TeacherReadingTests {
  private static let network = "\"network\": {\"stem_channels\": 4, \"stages\": []}"

  private func read(_ json: String) throws -> TeacherDefinition {
    try TeacherDefinition(smallTeacherField(json))
  }

  @Test("is of the form whose member it has, or a list of such")
  func forms() throws {
    let texts = [
      "{\(Self.network)}", "{\"search_space\": \"s.json\", \"key\": \"00\", \"weights\": \"w\"}",
      "{\"logits\": {\"train\": \"t.npy\", \"kind\": \"logits\"}}",
      "{\"command\": [\"python3\", \"t.py\", \"{images}\", \"{logits}\"], \"kind\": \"logits\"}",
    ]
    let forms = try texts.map { try read($0).members[0].form }
    #expect(forms[0] is ResidualForm && forms[1] is ArchitectureForm)
    #expect(forms[2] is PrecomputedForm && forms[3] is CommandForm)
    #expect(forms.map(\.isGiven) == [false, true, true, true])
    let list = try read(
      "[\(texts.joined(separator: ", ")), {\(Self.network), \"weight\": 0.5}]")
    #expect(list.isEnsemble && list.isGiven)
    #expect(list.members.map(\.weight) == [1, 1, 1, 1, 0.5])
    #expect(try !read("[\(texts[0])]").isEnsemble)
  }

  @Test(
    "is refused where it says nothing possible, naming the field",
    arguments: [
      ("{}", "teacher: got an empty object, expected exactly one of the keys"),
      ("7", "teacher: got 7, expected an object that describes a teacher"),
      ("[]", "teacher: got [], expected an object that describes a teacher, or a list"),
      ("{\(network), \"logits\": {}}", "exactly one of the keys"),
      ("{\(network), \"weight\": 2}", "teacher.weight: got an unknown key"),
      (
        "[{\(network), \"weight\": 0}, {\(network)}]", "teacher[0].weight: got 0, expected a number"
      ),
      (
        "[{\(network)}, {\"kind\": 1}]", "teacher[1]: got an object with \"kind\", expected exactly"
      ),
      ("{\(network), \"mean\": [0.5]}", "teacher.mean: got [0.5], expected no such field without"),
      (
        "{\(network), \"weights\": \"w\", \"mean\": [0.5]}",
        "expected the key \"deviation\" too"
      ),
      (
        "{\(network), \"weights\": \"w\", \"mean\": [0.5], \"deviation\": [0]}",
        "teacher.deviation[0]: got 0, expected a number of pixel values above 0"
      ),
      ("{\"search_space\": \"s.json\"}", "the key \"key\" too"),
      ("{\"logits\": {\"train\": \"t.npy\"}}", "the key \"kind\" too"),
      ("{\"logits\": {\"kind\": \"logits\"}}", "the key \"train\" too"),
      (
        "{\"logits\": {\"train\": \"t.npy\", \"kind\": \"softmax\"}}",
        "teacher.logits.kind: got \"softmax\", expected one of \"logits\", \"log_probabilities\""
      ),
      (
        "{\"logits\": {\"train\": \"t.npy\", \"kind\": \"logits\", \"temperature\": 0}}",
        "teacher.logits.temperature: got 0"
      ),
      (
        "{\"logits\": {\"train\": \"t.npz\", \"kind\": \"logits\", \"top_k\": true}}",
        "teacher.logits.top_k: got true, expected false: logits of some classes"
      ),
      (
        "{\"command\": \"python3 t.py\", \"kind\": \"logits\"}",
        "teacher.command: got \"python3 t.py\", expected an array of a program and its arguments"
      ),
      (
        "{\"command\": [\"t\", \"{images}\"], \"kind\": \"logits\"}",
        "{logits} for the file to write"
      ),
      ("{\"command\": [\"t\", \"{images}\", \"{logits}\"]}", "the key \"kind\" too"),
      (
        """
        {"command": ["t", "{images}", "{logits}"], "kind": "logits", "mean": [0], "deviation": [1],
         "input": {"scale": "0..1"}}
        """, "teacher.input.scale: got \"0..1\", expected \"standardised\""
      ),
      (
        "{\"command\": [\"t\", \"{images}\", \"{logits}\"], \"kind\": \"logits\", \"chunk\": 0}",
        "teacher.chunk: got 0"
      ),
    ])
  func refused(json: String, message: String) {
    expectError(["study.json", message]) { _ = try read(json) }
  }

  @Test("is the same wherever its files lie, and another where anything else differs")
  func same() throws {
    func isSame(_ a: String, _ b: String) throws -> Bool { try read(a).isSame(as: read(b)) }
    let command = "\"kind\": \"logits\", \"command\": [\"t\", \"{images}\", \"{logits}\""
    for (a, b) in [
      ("{\(Self.network), \"weights\": \"a\"}", "{\(Self.network), \"weights\": \"b\"}"),
      (
        "{\"search_space\": \"a\", \"key\": \"0\"}", "{\"search_space\": \"b\", \"key\": \"0\"}"
      ),
      (
        "{\"logits\": {\"train\": \"a.npy\", \"kind\": \"logits\"}}",
        "{\"logits\": {\"train\": \"b.npy\", \"kind\": \"logits\", \"test\": \"t.npy\"}}"
      ),
      ("{\(command)], \"chunk\": 5}", "{\(command)], \"time_limit_seconds\": 7}"),
      ("[{\(Self.network)}]", "{\(Self.network), \"recipe\": {}}"),
      (
        "[{\(Self.network)}, {\(command)]}]", "[{\(Self.network), \"weight\": 1}, {\(command)]}]"
      ),
    ] {
      #expect(try isSame(a, b), "\(a) \(b)")
    }
    for (a, b) in [
      ("{\(Self.network), \"weights\": \"a\"}", "{\(Self.network)}"),
      ("{\(Self.network)}", "{\"search_space\": \"b\", \"key\": \"0\"}"),
      ("{\(Self.network)}", "{\(Self.network), \"recipe\": {\"epochs\": 3}}"),
      (
        "{\"logits\": {\"train\": \"a.npy\", \"kind\": \"logits\"}}",
        "{\"logits\": {\"train\": \"a.npy\", \"kind\": \"logits\", \"temperature\": 2}}"
      ),
      ("{\(command)]}", "{\(command), \"-v\"]}"),
      ("[{\(Self.network)}, {\(command)]}]", "[{\(command)]}, {\(Self.network)}]"),
      (
        "[{\(Self.network)}, {\(command)]}]", "[{\(Self.network), \"weight\": 2}, {\(command)]}]"
      ),
    ] {
      #expect(try !isSame(a, b), "\(a) \(b)")
    }
  }
}
