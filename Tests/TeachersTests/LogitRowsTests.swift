import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("rows of what a foreign teacher says")
struct LogitRowsTests {
  /// Two rows of logits.
  private static let logits: [Float] = [2, -1, 0.5, -3, 4, 1]

  private func meaning(_ kind: String, temperature: Double = 1) throws -> LogitMeaning {
    let field = try smallTeacherField("{\"kind\": \"\(kind)\", \"temperature\": \(temperature)}")
    return try LogitMeaning(
      field.members(of: "a teacher", known: LogitMeaning.keys), place: "teacher.logits")
  }

  /// Writes values to a file, two rows, and reads them as their kind.
  private func read<Element: NumericElement>(
    _ values: [Element], _ kind: String, temperature: Double = 1, order: [Int]? = nil
  ) throws -> (logits: [Float], raisedCount: Int) {
    let folder = try TemporaryFolder()
    try NPYFile.write(
      NumericArray(shape: [values.count / 3, 3], values), to: folder.file("t.npy"))
    let file = try LogitFile(folder.file("t.npy"), isTopK: nil, classes: 3)
    let said = try file.read(
      Array(0..<file.rowCount), meaning(kind, temperature: temperature), classes: 3, order: order)
    return (said.logits, said.raisedCount)
  }

  /// Expects logits to give the probabilities that `logits` do.
  private func expectSame(
    _ found: [Float], _ tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (a, b) in zip(probabilities(found), probabilities(Self.logits)) {
      #expect(abs(a - b) < tolerance, sourceLocation: sourceLocation)
    }
  }

  @Test("are logits as they are, to the last bit")
  func exact() throws {
    #expect(try read(Self.logits, "logits").logits == Self.logits)
    #expect(try read(Self.logits.map { Double($0) }, "logits").logits == Self.logits)
  }

  @Test("are made logits at temperature 1 from whatever they are", arguments: [1.0, 4.0])
  func kinds(temperature: Double) throws {
    let p = probabilities(Self.logits, temperature: temperature)
    expectSame(try read(p, "probabilities", temperature: temperature).logits, 1e-6)
    expectSame(
      try read(p.map { Float(log($0)) }, "log_probabilities", temperature: temperature).logits, 1e-5
    )
    expectSame(
      try read(
        Self.logits.map { $0 / Float(temperature) }, "logits", temperature: temperature
      ).logits, 1e-6)
    expectSame(
      try read(p.map { Float($0) }, "probabilities", temperature: temperature).logits, 1e-4)
  }

  @Test("have their classes permuted")
  func permuted() throws {
    // The data's class 0 is the file's 2, and so on.
    #expect(
      try read(Self.logits, "logits", order: [2, 0, 1]).logits == [0.5, 2, -1, 1, -3, 4])
  }

  @Test("give a probability of 0 a floor that keeps the order, and count it")
  func floors() throws {
    let said = try read([1, 0, 0, 0, 0.25, 0.75] as [Float], "probabilities")
    #expect(said.raisedCount == 3)
    #expect(abs(Double(said.logits[1]) - log(1e-8)) < 1e-5 && said.logits[0] == 0)
    let tiny = try read([1, 1e-12, 0, 0.25, 0.25, 0.5] as [Double], "probabilities").logits
    #expect(tiny[2] == tiny[1] && tiny[1] < -27)
    let logs = try read(
      [0, -.infinity, -40, log(0.5), log(0.5), -.infinity] as [Float], "log_probabilities")
    #expect(logs.raisedCount == 2 && logs.logits[1] == -40)
    #expect(LogitRows.note(raisedCount: 0) == nil)
    #expect(try #require(LogitRows.note(raisedCount: 3)).contains("3 probabilities of 0"))
  }

  @Test(
    "are refused where they are not what is said, with row, found and expected",
    arguments: [
      ("logits", [1, 2, 3, 4, .nan, 6], ["row 1", "nan in column 1", "finite"]),
      (
        "logits", [0.5, 0.25, 0.25, 0, 1, 0], ["in every row", "these look like \"probabilities\""]
      ),
      ("probabilities", [0.5, 0.25, 0.25, 0.5, 0.25, 0.125], ["row 1", "0.875", "1 ± "]),
      (
        "probabilities", [0.5, -0.25, 0.75, 1, 0, 0], ["row 0", "-0.25 in column 1", "at least 0"]
      ),
      ("probabilities", [1, 0, 0, .nan, 0, 1], ["row 1", "nan in column 0"]),
      ("log_probabilities", [0.5, -1, -1, 0, 0, 0], ["row 0", "0.5 in column 0", "at most 0"]),
      ("log_probabilities", [-1, -1, -1, 0, 0, 0], ["row 0", "log-sum-exp", "0 ± "]),
    ] as [(String, [Float], [String])])
  func refused(kind: String, values: [Float], parts: [String]) {
    expectError(["t.npy"] + parts) { _ = try read(values, kind) }
  }

  @Test("may miss a sum of 1 by as much as their type does, and no more")
  func tolerances() throws {
    // 0.1001 and 0.9 add up to more than float32 would, but not float16.
    let half: [Float] = [0.099_975_586, 0.900_390_6, 0, 1, 0, 0]
    _ = try read(half, "probabilities")
    expectError(["row 0", "float32"]) {
      _ = try read([0.1, 0.900_4, 0, 1, 0, 0] as [Float], "probabilities")
    }
    expectError(["row 0", "float64"]) {
      _ = try read([0.1, 0.900_05, 0, 1, 0, 0] as [Double], "probabilities")
    }
    expectError(["type", "int32", "float16"]) { _ = try read([1, 2, 3] as [Int32], "logits") }
  }
}
